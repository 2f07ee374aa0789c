"""What each question of a suggestion or complaint looks like, and the whole read back."""

from __future__ import annotations

from typing import Protocol

from actions import pages, place
from actions.draft import Category, Draft, Part
from actions.place import Places
from actions.state import Action, Button, Kind, Message, Move
from actions.telling import Telling
from actions.tickets import Team
from knowledge_base.loader import Knowledge
from knowledge_base.phrases import MOST_CHARACTERS

_LABEL = 40  # characters of a citizen's words on a button
_PLACES = 3  # that may be meant, a page


class Desk(Protocol):
    """What a screen may read; :class:`actions.perform.World` fits."""

    @property
    def knowledge(self) -> Knowledge:
        """What is known."""
        ...

    @property
    def places(self) -> Places:
        """The units there are."""
        ...

    @property
    def team(self) -> Team | None:
        """Who reads what is sent; None = nobody."""
        ...


def here() -> Action:
    """The action that shows the question again."""
    return Action(kind=Kind.FEEDBACK, move=Move.HERE)


class Screens:
    """The questions of one turn."""

    def __init__(self, desk: Desk, tell: Telling) -> None:
        self._desk = desk
        self._tell = tell

    def of(self, now: Draft, page: int = 0) -> list[Message]:
        """What is asked now."""
        match now.at:
            case Part.CHECK:
                return self._read_back(now)
            case Part.CATEGORY:
                return [self._categories(page)]
            case Part.PLACE:
                return [self._place(now, page)]
            case _:
                return [self._asking(now)]

    def _categories(self, page: int) -> Message:
        buttons = [
            Button(self._tell.say(f"feedback.category_{one.value}"), go(Part.CATEGORY, one.value))
            for one in Category
        ]
        return Message(
            self._say("feedback.category"), buttons=self._page(pages.rows(buttons), page)
        )

    def _place(self, now: Draft, page: int) -> Message:
        places, units = self._desk.places, self._desk.places.units
        skip = Button(self._tell.say("feedback.button_skip"), move_to(Move.SKIP))
        if now.maybe:
            meant = [
                Button(place.label(unit, "", places, self._tell), go(now.at, unit=unit.code))
                for code in now.maybe
                if (unit := units.by_code(code))
            ]
            none = Button(self._tell.say("feedback.button_none"), go(now.at, "keep"))
            cut = pages.split(meant, lambda _: 0, 0, most=_PLACES)
            return Message(
                self._say("feedback.place_which"), buttons=(*self._page(cut, page), none)
            )
        keep = Button(self._tell.say("feedback.button_keep"), go(now.at, "keep"))
        home_unit = units.by_code(self._tell.unit or "")
        buttons = [keep] if now.placed else []
        if home_unit and not home_unit.is_province and home_unit.code != now.unit:
            label = place.label(home_unit, "", places, self._tell)
            buttons.append(Button(label, go(now.at, unit=home_unit.code)))
        return Message(self._say("feedback.place"), buttons=(*buttons, skip))

    def _page(self, cut: list[tuple[Button, ...]], page: int) -> tuple[Button, ...]:
        page = min(page, len(cut) - 1)
        if page + 1 == len(cut):
            return cut[page]
        onward = here().model_copy(update={"page": page + 1})
        return (*cut[page], Button(self._tell.more_label(cut, page + 1), onward))

    def _asking(self, now: Draft) -> Message:
        say = self._tell.say
        if now.at is Part.ANSWER:
            yes = Button(say("feedback.button_yes"), go(now.at, "yes"))
            no = Button(say("feedback.button_no"), go(now.at, "no"))
            return Message(self._say("feedback.answer"), buttons=(yes, no))
        buttons = []
        if now.said:
            label = say("feedback.button_said", loi=_short(now.said))
            buttons.append(Button(label, go(now.at, "said")))
        if now.story:
            buttons.append(Button(say("feedback.button_keep"), go(now.at, "keep")))
        quit_ = Button(say("feedback.button_quit"), move_to(Move.DROP))
        return Message(self._say("feedback.story"), buttons=(*buttons, quit_))

    def _read_back(self, now: Draft) -> list[Message]:
        text = self._say("feedback.read_back", **self.values(now))
        pieces = _pieces(now.story)
        whole = [f"{text} {pieces[0]}"] if len(pieces) == 1 else [text, *pieces]
        if len(whole[0]) > MOST_CHARACTERS:
            whole = [text, *pieces]
        buttons = (
            Button(self._tell.say("feedback.button_send"), move_to(Move.SEND)),
            Button(self._tell.say("feedback.button_change"), move_to(Move.REVIEW)),
            Button(self._tell.say("feedback.button_quit"), move_to(Move.DROP)),
        )
        return [*map(Message, whole), Message(self._say("feedback.send"), buttons=buttons)]

    def values(self, now: Draft) -> dict[str, str]:
        """What was given, in words."""
        say = self._tell.say
        unit = self._desk.places.units.by_code(now.unit or "")
        known = self._desk.places.units.said(unit) if unit else ""
        where = f"{now.where} ({known})" if now.where and known else now.where or known
        about = say(f"feedback.category_{(now.category or Category.OTHER).value}")
        answer = say("feedback.answer_yes" if now.answer else "feedback.answer_no")
        return {"viec": about, "noi": where or say("feedback.place_none"), "tra_loi": answer}

    def _say(self, key_: str, **values: object) -> str:
        return self._tell.say(key_, self._tell.address, **values)


def go(part: Part, choice: str | None = None, *, unit: str | None = None) -> Action:
    """The action that answers a question."""
    return Action(kind=Kind.FEEDBACK, move=Move.GO, screen=part.value, choice=choice, unit=unit)


def move_to(move: Move, choice: str | None = None) -> Action:
    """The action of another move."""
    return Action(kind=Kind.FEEDBACK, move=move, choice=choice)


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LABEL else f"{line[: _LABEL - 1].rstrip()}…"


def _pieces(story: str) -> list[str]:
    """A story in messages of at most 300 characters, cut between words."""
    found, line = [], ""
    for word in story.split():
        for part in [word[n : n + MOST_CHARACTERS] for n in range(0, len(word), MOST_CHARACTERS)]:
            if line and len(line) + 1 + len(part) > MOST_CHARACTERS:
                found.append(line)
                line = ""
            line = f"{line} {part}".strip()
    return [*found, line]
