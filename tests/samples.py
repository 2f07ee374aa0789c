"""Made-up procedures and conversations for tests, as small as a test needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from actions import menu
from actions.dossier_sources.port import Finding, Why
from actions.perform import World
from actions.rating import Rated
from actions.reminders import Reminder
from actions.replies import Reply
from actions.state import Outcome, State
from actions.tickets import TicketRequest
from actions.understanding import Understanding
from actions.watched import Watched, Wish
from actions.watching import News, choice_of
from bot.conversation import Conversation
from bot.messages import Incoming
from knowledge_base import phrases
from knowledge_base.dossiers.codes import key_of
from knowledge_base.dossiers.dossier import Dossier, Moment
from knowledge_base.dossiers.states import DossierState
from knowledge_base.guides import Guide
from knowledge_base.life_events import LifeEvent
from knowledge_base.loader import Knowledge
from knowledge_base.province_fees import ProvinceFees
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from knowledge_base.review.book import Miss
from knowledge_base.schema import Procedure

PHONE = "18001096"
# Monday morning in Vietnam.
NOW = datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=7)))


def procedure(code: str = "1.000001", **fields: Any) -> Procedure:
    """A procedure with one official source of 10 June 2026; ``fields`` by their Vietnamese keys."""
    given = {
        "ma": [code],
        "ten": "Xin giấy thử",
        "ten_chinh_thuc": "Thủ tục xin giấy thử",
        "linh_vuc": "Thử nghiệm",
        "cap": ["xa"],
        "lien_ket": "https://dichvucong.gov.vn/1",
        "nguon": [{"id": "cong", "ten": "Cổng Dịch vụ công quốc gia", "ngay": "2026-06-10"}],
    }
    return Procedure.model_validate({**given, **fields}, by_alias=True, by_name=False)


def province(code: str = "01", name: str = "Hà Nội", **lists: Any) -> ProvinceFees:
    """What is known of a province's fees; ``lists`` by their Vietnamese keys."""
    source = {
        "id": "nq",
        "nghi_quyet": "1/2026/NQ-HĐND",
        "ten": f"Nghị quyết của {name}",
        "ngay": "2026-11-22",
        "duong_dan": "https://vbpl.vn/1",
    }
    given = {"tinh": code, "ten": name, "nguon": [source]}
    return ProvinceFees.model_validate({**given, **lists}, by_alias=True, by_name=False)


def event(id: str = "co-chuyen", **fields: Any) -> LifeEvent:
    """A life event with two things to do; ``fields`` by their Vietnamese keys."""
    given = {
        "id": id,
        "ten": "Nhà có chuyện",
        "khi": "nhà có chuyện",
        "mo_dau": "Xin chia sẻ cùng {ong_ba}.",
        "viec": [{"viec": "Xin giấy", "ma": "1.000001"}, {"viec": "Trả giấy", "ma": "1.000002"}],
    }
    return LifeEvent.model_validate({**given, **fields}, by_alias=True, by_name=False)


def guide(id: str = "lam-thu", **fields: Any) -> Guide:
    """A guide of two things to do and an end; ``fields`` by their Vietnamese keys."""
    given = {
        "id": id,
        "ten": "Làm thử",
        "goi_la": ["làm thử"],
        "nguon": [{"id": "cong", "ten": "Cổng", "ngay": "2026-06-10"}],
        "buoc": [
            {"id": "mot", "ten": "Việc một", "loi": "Làm việc một."},
            {"id": "hai", "ten": "Việc hai", "loi": "Làm việc hai."},
            {"id": "het", "ten": "Hết", "loi": "Xong cả.", "ket_thuc": "xong"},
        ],
    }
    return Guide.model_validate({**given, **fields}, by_alias=True, by_name=False)


def world(
    *procedures: Procedure,
    provinces: tuple[ProvinceFees, ...] = (),
    events: tuple[LifeEvent, ...] = (),
    guides: tuple[Guide, ...] = (),
) -> World:
    """A world of these procedures with the real wording and one topic for each field."""
    fields = tuple(dict.fromkeys(p.field for p in procedures))
    topics = tuple(menu.Topic(f"chu-de-{i}", field, (field,)) for i, field in enumerate(fields))
    knowledge = Knowledge(procedures, (), provinces, events=events, guides=guides)
    return World(knowledge, phrases.load(), topics, PHONE)


def letters(*names: str, **fields: Any) -> World:
    """A world of matters "Xin giấy …", 1.000001 and on, each with a paper and an office of its own;
    ``fields`` by their Vietnamese keys."""
    return world(
        *(
            procedure(
                f"1.{number:06}",
                ten=f"Xin giấy {name}",
                giay_to=[{"ten": f"Đơn {name}"}],
                noi_nop=[{"ten": f"Phòng {name}"}],
                **fields,
            )
            for number, name in enumerate(names, 1)
        )
    )


def meant(
    intent: str, *codes: str, outcome: LinkOutcome | None = None, confidence: float = 0.9
) -> Understanding:
    """An understanding with these procedures, equally likely; by default one code is answered,
    several are asked about, none is no procedure."""
    if outcome is None:
        outcome = [LinkOutcome.NONE, LinkOutcome.ANSWER, *[LinkOutcome.ASK] * 9][len(codes)]
    candidates = tuple(Candidate(code, code, 0.5) for code in codes)
    return Understanding("", intent, confidence, Link(outcome, candidates))


class Talk:
    """A conversation with a handler: says and presses, and keeps what came back.

    ``understand``: what each text means; a text that is not in it names nothing and means nothing.
    """

    def __init__(self, world: World, understand: Mapping[str, Understanding]) -> None:
        self._understand = understand
        self.restart(world)
        self._document: dict[str, Any] | None = None
        self._state: State | None = None  # of the document, read when it is asked for
        self._count = 0
        self.replies: tuple[Reply, ...] = ()
        self.events: tuple[str, ...] = ()
        self.misses: list[Miss] = []  # of all turns
        self.ratings: list[Rated] = []  # the same
        self.reminders: tuple[Reminder, ...] = ()  # asked for by the last turn
        self.tickets: list[TicketRequest] = []  # the same
        self.waiting = Waiting()
        self.now = NOW

    def restart(self, world: World) -> None:
        """The program is started anew, perhaps with other files; the conversation goes on."""
        understand = self._understand
        self._turn = Conversation(
            lambda text: replace(understand.get(text, meant("nlu_fallback")), text=text), world
        )

    @property
    def state(self) -> State:
        """The state as it was stored and would be read again."""
        if self._state is None:
            self._state = State.restore(self._document)
        assert self._state is not None
        return self._state

    def say(self, text: str) -> str:
        """Send a text; returns the last reply's text."""
        return self._send(text=text)

    def press(self, label: str) -> str:
        """Press the last reply's button that begins so."""
        ids = [c.id for c in self.replies[-1].choices if c.label.startswith(label)]
        assert ids, f"no button {label!r} among {self.labels}"
        return self._send(choice=ids[0])

    def press_id(self, choice: str) -> str:
        """Press a button by its id."""
        return self._send(choice=choice)

    def due(self, reminder: Reminder) -> str:
        """A reminder comes in; returns the last reply's text, "" where there is none."""
        return self.told(reminder.choice)

    def told(self, choice: str) -> str:
        """The same of any choice that nobody presses."""
        self._count += 1
        return self._take(Incoming.reminder(self._count, "test", "t", choice))

    def resume(self, outcome: Outcome) -> None:
        """Go on from what an action led to."""
        self._document, self._state = outcome.state.model_dump(mode="json"), None
        self.replies, self.events = outcome.replies, outcome.events

    @property
    def labels(self) -> list[str]:
        """The last reply's buttons, without links."""
        return [c.label for c in self.replies[-1].choices if c.url is None]

    def _send(self, text: str | None = None, choice: str | None = None) -> str:
        self._count += 1
        return self._take(Incoming("test", "t", str(self._count), text, choice))

    def _take(self, incoming: Incoming) -> str:
        incoming = replace(incoming, watching=self.waiting.watching)
        result = self._turn(incoming, self._document, self.now)
        if result.lookup is not None:
            incoming = replace(
                incoming, finding=self.waiting.find(result.lookup, checked=result.checked)
            )
            result = self._turn(incoming, self._document, self.now)
        self.waiting.follow(result.watching)
        self.misses += result.misses
        self.ratings += result.ratings
        self.tickets += result.tickets
        self._document, self._state = json.loads(json.dumps(result.state)), None
        self.replies, self.events = result.replies, result.events
        self.reminders = result.reminders
        return self.replies[-1].text if self.replies else ""


def dossier(code: str, state: DossierState, **facts: Any) -> Dossier:
    """A dossier as an office's list tells it on that morning."""
    return Dossier(code, state, NOW - timedelta(days=1), "danh sách hồ sơ của nơi này", **facts)


DOSSIERS = {
    found.code: found
    for found in (
        dossier(
            "H57.132-261116-0583",
            DossierState.PROCESSING,
            procedure="1.001193",
            promised=date(2026, 11, 27),
            moments=(
                Moment(date(2026, 11, 16), DossierState.RECEIVED),
                Moment(date(2026, 11, 18), DossierState.PROCESSING, "Chuyển công chức hộ tịch"),
            ),
        ),
        dossier(
            "H57.132-261102-0412", DossierState.SUPPLEMENT, wanted=("Tờ khai có chữ ký của mẹ",)
        ),
        dossier("000.00.12.H62-261020-0004", DossierState.PAYMENT, amount=75_000),
        dossier("H57.132-261005-0099", DossierState.PROCESSING, promised=date(2026, 11, 13)),
        dossier("H57.132-261001-0077", DossierState.DONE, result_at="bộ phận một cửa phường"),
    )
}


def find_sample(code: str, among: Iterable[Dossier] = tuple(DOSSIERS.values())) -> Finding:
    """A look-up among the dossiers above, by the code without its head as every source does."""
    found = next((d for d in among if key_of(d.code) == key_of(code)), None)
    return Finding(code, Why.FOUND if found else Why.NOT_FOUND, found)


GUESSED = {"9001": Why.SLOWED, "9002": Why.CHECK, "9003": Why.PERSON}


class Waiting:
    """What a conversation waits for, kept and told as ``bot/store/subscriptions.py`` does."""

    def __init__(self) -> None:
        self.dossiers = {key_of(one.code): one for one in DOSSIERS.values()}
        self._watched: dict[str, Watched] = {}

    @property
    def watching(self) -> tuple[Watched, ...]:
        """As a turn is given it."""
        return tuple(self._watched.values())

    def find(self, code: str, *, checked: bool = False) -> Finding:
        """A look-up; of codes with some ends, as of one who has guessed before."""
        guessed = GUESSED.get(code[-4:])
        if guessed and not (checked and guessed is Why.CHECK):
            return Finding(code, guessed)
        return find_sample(code, self.dossiers.values())

    def follow(self, wishes: Iterable[Wish]) -> None:
        """Keep what a turn changes."""
        for wish in wishes:
            key = key_of(wish.code)
            if wish.told:
                self._watched[key] = Watched(wish.code, wish.told)
            elif wish.reminded:
                self._watched[key] = replace(self._watched[key], reminded=wish.reminded)
            else:
                self._watched.pop(key, None)

    def heard(self, code: str, **facts: Any) -> str:
        """Something else is known of a dossier; returns the choice that tells it."""
        key = key_of(code)
        known = self.dossiers[key] = replace(self.dossiers[key], **facts)
        if (one := self._watched.get(key)) is not None:
            self._watched[key] = replace(one, told=known.mark, before=one.told)
        return choice_of(News.CHANGE, known.code, known.mark)
