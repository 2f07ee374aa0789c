"""Whole conversations with the real understanding, from the scripts beside this file.

A script is a list of turns under its name. A turn says something or presses a button, and tells
what must come back:

- A name that ends in "(có tổ hỗ trợ)" is a conversation where people read tickets.
- ``noi``: what the citizen writes; it goes through the same cleaning and masking as at the door.
- ``bam``: the button of the last reply that begins with these words, or its number.
- ``sau_ngay``: so many days pass, and what reminders are due come in.
- ``tin``: something became of a dossier (``ma``; ``trang_thai``, a state's id, or ``hen``, a new
  day) and is told by itself.
- ``bam_cu``: the same among all earlier replies; ``bam_ma``: a button by its raw id.
- ``moi``: opens an invitation into the team of this name; from then on a helper is talking.
- ``co``, ``khong_co``: words that the replies of the turn must or must not hold.
- ``nguon: true``: the last reply carries a source with its day; ``false``: it carries none.
- ``nut``: labels (or beginnings of labels) that are offered, in this order.
- ``lien_ket: true``: the last reply has a link.
- ``y``: the name under which the turn is counted, a list where two things were said.
- ``doc``: whether all replies are to be heard.
- ``so_cau``: how many replies came. ``goi``: numbers that the first reply dials, in this order.
- ``tieng``: a voice message: what was heard of it, or ``loi``, why nothing was; ``null`` where
  nobody can hear.
- ``anh``: a photograph as it was read: ``ma``, the codes on it, or ``loi``, why there are none, and
  ``kem``, what the citizen writes with it.
- ``doi`` (in the first turn): there is a team to hand over to, ``trong_gio`` at work now, ``nghi``
  away until the day after tomorrow's holiday.
- ``to_nhan``, ``to_xong``: somebody of the team (a name) takes the ticket, is done with it;
  ``to_noi``: says something. ``chuyen``: words that are passed on to the team; ``tu``: who says the
  last reply.
- ``hinh``: the drawing that comes with the last reply; ``false``: none does.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions.reminders import Reminder
from actions.replies import Image, Reply
from actions.state import State
from actions.tickets import UNASKED, Team
from bot.brain import Brain
from bot.conversation import Conversation
from bot.dictation import dictated
from bot.listening import UNREADABLE
from bot.messages import PHOTO, VOICE, Helper, Incoming, Media, MediaRead, TurnResult
from bot.passes import Opened, Purpose
from bot.privacy import clean, mask
from bot.settings import Settings
from bot.times import VIETNAM
from bot.understanding.pipeline import NotTrained
from bot.wiring import build_brain
from knowledge_base.dossiers.states import DossierState
from tests.samples import Waiting
from tests.team import stands, team_of

FOLDER = Path(__file__).parent
NOW = datetime(2026, 11, 23, 15, tzinfo=VIETNAM)  # a Monday
DATED = re.compile(r"ngày \d\d/\d\d/20\d\d\)?, mã \d\.\d{6}")
HELPED = "(có tổ hỗ trợ)".encode("unicode_escape").decode()  # as pytest writes a name
DOING = (
    "noi", "tieng", "anh", "bam", "bam_cu", "bam_ma", "sau_ngay", "tin", "moi",
    "to_nhan", "to_noi", "to_xong",
)  # fmt: skip
EXPECTING = ("co", "khong_co", "nguon", "nut", "lien_ket", "y", "so_cau", "goi", "hinh", "doc")
PASSED_ON = ("chuyen", "tu")


def _scripts() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.yaml")):
        scripts = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, turns in scripts.items():
            yield pytest.param(turns, id=f"{path.stem}: {name}")


SCRIPTS = list(_scripts())


class Screen:
    """A citizen's view of one conversation, and a record of it for a failure's message."""

    def __init__(self, brain: Brain, team: Team | None = None) -> None:
        there = replace(brain.world, team=team)
        alone = brain.conversation
        self._turn = dictated(Conversation(brain.understand, there), there) if team else alone
        self._standing = UNASKED
        self.document: dict[str, Any] | None = None
        self.seen: list[Reply] = []
        self.record: list[str] = []
        self._team: str | None = None
        self._now = NOW
        self._reminders: list[Reminder] = []
        self._waiting = Waiting()

    def wait(self, days: int) -> TurnResult:
        """The turn of the last reminder that fell due within so many days."""
        end = self._now + timedelta(days=days)
        result = TurnResult(self.document or {}, ())
        while due := [r for r in self._reminders if r.due <= end]:
            first = min(due, key=lambda reminder: reminder.due)
            self._reminders.remove(first)
            self._now = first.due
            number = len(self.record)
            result = self._take(Incoming.reminder(number, "test", "t", first.choice))
        self._now = end
        return result

    def hear(self, news: dict[str, Any]) -> TurnResult:
        """The turn in which it is told that something became of a dossier."""
        facts: dict[str, Any] = {}
        if "trang_thai" in news:
            facts["state"] = DossierState(news["trang_thai"])
        if "hen" in news:
            facts["again"] = date.fromisoformat(news["hen"])
        choice = self._waiting.heard(news["ma"], **facts)
        return self._take(Incoming.reminder(len(self.record), "test", "t", choice))

    def send(self, text: str | None = None, choice: str | None = None) -> TurnResult:
        """One turn; the state goes through JSON as it does in the database."""
        number = str(len(self.record))
        result = self._take(Incoming("test", "t", number, text, choice, team=self._team))
        check_replies(result)
        return result

    def spoke(self, heard: str | dict[str, str] | None) -> TurnResult:
        """One turn in which a voice message came in."""
        fault = heard.get("loi") if isinstance(heard, dict) else None
        text = mask(clean(heard)) if isinstance(heard, str) else None
        read = None if heard is None else MediaRead(text=text, fault=fault)
        number, media = str(len(self.record)), Media(VOICE, read=read)
        result = self._take(Incoming("test", "t", number, UNREADABLE, media=media))
        check_replies(result)
        return result

    def photographed(self, read: dict[str, Any]) -> TurnResult:
        """One turn in which a photograph came in."""
        seen = MediaRead(tuple(read.get("ma", ())), fault=read.get("loi"))
        words = mask(clean(read.get("kem", UNREADABLE)))
        number = str(len(self.record))
        incoming = Incoming("test", "t", number, words, media=Media(PHOTO, read=seen))
        result = self._take(incoming)
        check_replies(result)
        return result

    def invited(self, team: str) -> TurnResult:
        """One turn in which an invitation into a team is opened."""
        opened = Opened(1, Purpose.INVITE, {"team": team})
        result = self._take(Incoming("test", "t", "0", opens="digest", opened=opened))
        self._team = team
        check_replies(result)
        return result

    def told(self, what: str, said: str) -> TurnResult:
        """Somebody of the team does something."""
        number, helper = str(len(self.record)), Helper("telegram:1", "Lan")
        incoming = Incoming("test", "t", number, ticket=1, helper=helper)
        if what == "to_noi":
            return self._take(replace(incoming, text=said))
        done = what == "to_xong"
        claimed = replace(self._standing, helper=said, muted=True)
        self._standing = UNASKED if done else claimed
        choice = "closed_human" if done else "claimed"
        helper = Helper("telegram:1", said)
        return self._take(replace(incoming, choice=choice, helper=helper))

    def _take(self, incoming: Incoming) -> TurnResult:
        text, choice = incoming.text, incoming.choice
        incoming = replace(incoming, standing=self._standing)
        incoming = replace(incoming, watching=self._waiting.watching)
        result = self._turn(incoming, self.document, self._now)
        if result.lookup is not None:
            incoming = replace(
                incoming, finding=self._waiting.find(result.lookup, checked=result.checked)
            )
            result = self._turn(incoming, self.document, self._now)
        self._waiting.follow(result.watching)
        self._reminders += result.reminders
        self._standing = stands(self._standing, result)
        self.document = json.loads(json.dumps(result.state))
        self.seen += result.replies
        self.record.append(f">>> {text if choice is None else f'[{choice}]'}  {result.events}")
        self.record += [f"    {r.text}\n    {r.source} {_labels(r)}" for r in result.replies]
        return result

    def button(self, wanted: str | int, replies: list[Reply]) -> str:
        """The id of a button by its number or the beginning of its words, newest reply first."""
        for reply in reversed(replies):
            offered = [c for c in reply.choices if c.url is None]
            if isinstance(wanted, int) and 0 < wanted <= len(offered):
                return offered[wanted - 1].id
            for choice in offered:
                if isinstance(wanted, str) and choice.label.startswith(wanted):
                    return choice.id
        raise AssertionError("\n".join([*self.record, f"no button {wanted!r}"]))


def _labels(reply: Reply) -> list[str]:
    return [choice.label for choice in reply.choices if choice.url is None]


def check_replies(result: TurnResult) -> None:
    """What every turn keeps, whatever was said."""
    assert result.replies or result.team.relayed
    assert 1 <= len(result.events) <= 2
    state = State.restore(result.state)
    assert state is not None
    assert state.model_dump(mode="json", exclude_defaults=True) | {"version": 1} == result.state
    for reply in result.replies:
        lines = [line for line in reply.text.splitlines() if line.startswith("• ")]
        assert reply.text.strip()
        assert len(reply.text) <= 300 or len(lines) == 1, reply.text
        assert len(_labels(reply)) <= 5
        assert len(_labels(reply)) == len(set(_labels(reply))), _labels(reply)
        for text in (reply.text, reply.source or "", *(c.label for c in reply.choices)):
            assert unicodedata.is_normalized("NFC", text)
            assert not re.search(r"[{}\x00-\x09\x0b-\x1f]", text), text
    for event, reply in zip(reversed(result.events), reversed(result.replies), strict=False):
        assert not event.startswith("answered.") or DATED.search(reply.source or ""), reply


def test_there_are_enough_scripts_and_each_expects_something() -> None:
    assert len(SCRIPTS) >= 40
    for script in SCRIPTS:
        (turns,) = script.values
        assert any(key in {*EXPECTING, *PASSED_ON} for turn in turns for key in turn), script.id
        for turn in turns:
            assert sum(key in DOING for key in turn) == 1, (script.id, turn)
            assert set(turn) <= {*DOING, *EXPECTING, *PASSED_ON, "doi"}, (script.id, turn)


@pytest.mark.parametrize("turns", SCRIPTS)
def test_script(turns: list[dict[str, Any]], brain: Brain, request: pytest.FixtureRequest) -> None:
    helped = request.node.callspec.id.endswith(HELPED)
    screen = Screen(brain, Team({}) if helped else team_of(brain, turns[0].get("doi")))
    for turn in turns:
        told = next((key for key in turn if key.startswith("to_")), None)
        if told is not None:
            result = screen.told(told, turn[told])
        elif "noi" in turn:
            result = screen.send(text=mask(clean(str(turn["noi"]))))
        elif "tieng" in turn:
            result = screen.spoke(turn["tieng"])
        elif "anh" in turn:
            result = screen.photographed(turn["anh"])
        elif "moi" in turn:
            result = screen.invited(turn["moi"])
        elif "tin" in turn:
            result = screen.hear(turn["tin"])
        elif "sau_ngay" in turn:
            result = screen.wait(turn["sau_ngay"])
        elif "bam_ma" in turn:
            result = screen.send(choice=turn["bam_ma"])
        elif "bam_cu" in turn:
            result = screen.send(choice=screen.button(turn["bam_cu"], screen.seen))
        else:
            result = screen.send(choice=screen.button(turn["bam"], screen.seen[-1:]))
        wrong = _unmet(turn, result)
        assert not wrong, "\n".join([*screen.record, *wrong])


def _unmet(turn: dict[str, Any], result: TurnResult) -> list[str]:
    said = "\n".join(reply.text for reply in result.replies)
    last = result.replies[-1] if result.replies else Reply("")
    wrong = [f"missing: {words!r}" for words in turn.get("co", ()) if words not in said]
    wrong += [f"not wanted: {words!r}" for words in turn.get("khong_co", ()) if words in said]
    if "nguon" in turn and bool(DATED.search(last.source or "")) is not turn["nguon"]:
        wrong.append(f"source: {last.source}")
    labels = iter(_labels(last))
    wrong += [
        f"no button {wanted!r} in its place"
        for wanted in turn.get("nut", ())
        if not any(label.startswith(wanted) for label in labels)
    ]
    if "lien_ket" in turn and any(c.url for c in last.choices) is not turn["lien_ket"]:
        wrong.append("link")
    counted = turn.get("y", [])
    if counted and result.events != tuple([counted] if isinstance(counted, str) else counted):
        wrong.append(f"counted as {result.events}, not {turn['y']!r}")
    if "so_cau" in turn and len(result.replies) != turn["so_cau"]:
        wrong.append(f"{len(result.replies)} replies")
    if "doc" in turn and {reply.voice.aloud for reply in result.replies} != {turn["doc"]}:
        wrong.append("read aloud" if not turn["doc"] else "not read aloud")
    if "tu" in turn and last.by != turn["tu"]:
        wrong.append(f"by {last.by}")
    if "chuyen" in turn and turn["chuyen"] not in (result.team.relayed or ""):
        wrong.append(f"passed on: {result.team.relayed}")
    first = result.replies[0] if result.replies else last
    dialled = [c.url.removeprefix("tel:") for c in first.choices if c.url]
    if "goi" in turn and dialled != turn["goi"]:
        wrong.append(f"dials {dialled}")
    drawn = last.attachment.name if isinstance(last.attachment, Image) else False
    if turn.get("hinh", drawn) != drawn:
        wrong.append(f"picture: {drawn}")
    return wrong


HARD = {
    "10,000 letters": "a" * 10_000,
    "10,000 characters of a question": "làm hộ chiếu hết bao nhiêu tiền " * 310,
    "NUL": "\x00",
    "NUL inside": "hộ\x00 chiếu",
    "lone surrogate": "\ud83d hộ chiếu \udc00",
    "only a surrogate": "\udfff",
    "control characters": "".join(map(chr, range(32))),
    "zero width": "\u200b\u200d\ufeff",
    "right to left": "\u202eưéihc ộh",
    "combining marks": "o\u0323\u0302" + "\u0301" * 300,
    "emoji": "👨‍👩‍👧‍👦🇻🇳1️⃣",
    "digits of other scripts": "१ ٢ ３",
    "slash": "/",
    "slash and words": "/hộ chiếu",
    "Rasa's intent syntax": '/greet{"a": 1}',
    "braces": "{0} {ong_ba} {{}} %(x)s",
    "mixed keys and accents": "ÒB2 quswa giấấyys",
    "spaces": " \t\u00a0\u3000 ",
    "lines": "hộ chiếu\r\n\n\nmất\nbao nhiêu",
    "mark-up": "<img src=x onerror=alert(1)> [a](https://x.vn) *b* `c`",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
@pytest.mark.parametrize("door", [True, False], ids=["cleaned", "raw"])
def test_no_text_breaks_a_conversation(brain: Brain, text: str, door: bool) -> None:
    """Cleaned as at the door, and raw as if the door had let it pass: first, and in the middle."""
    screen = Screen(brain)
    for said in (text, "làm hộ chiếu hết bao nhiêu tiền", text, text):
        result = screen.send(text=mask(clean(said)) if door else said)
        for reply in result.replies:
            assert "<" not in reply.text
            reply.text.encode()


def test_without_set_up_the_program_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NotTrained, match="make setup"):
        build_brain(Settings(data_dir=tmp_path))
