"""Handing over to people: what the citizen is told when a person is asked for, comes, is waited for
and goes. Pure; who talks to the citizen is known from :class:`actions.tickets.Standing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from actions import hours
from actions.replies import Partner
from actions.state import Action, Button, Kind, Message, State
from actions.telling import Telling
from actions.tickets import NOTHING, ForTeam, Team, TicketKind, TicketRequest
from knowledge_base import opening
from knowledge_base.day_words import Part
from knowledge_base.text import key

ASKED, MISSES, ANGRY = "asked", "misses", "angry"  # why a person is asked for
NUMBER = "number"  # a telephone number was asked for: it is said, and a person offered
_INSTEAD = {"decline_again": MISSES, "angry": ANGRY}  # sentences after which a person is offered
_WHEN = {"morning": Part.MORNING, "afternoon": Part.AFTERNOON, "any": None}
_SESSIONS_AHEAD = 14
_NOON = 12
_LONGEST_TIME = 6  # words of a time of day; what is longer asks something else
_NUMBER = re.compile(r"\b(?:so|tong dai|duong day|goi|hotline|dien thoai)\b")
# "thôi, cho tôi nói với máy", but not "hỏi máy giờ mở cửa" (mấy giờ)
_MACHINE = re.compile(
    r"\b(?:noi|hoi|gap|nhan|tro lai|quay lai|chat)(?: chuyen)?(?: lai)?(?: voi)?(?: cai)? may"
    r"(?: (?:di|nhe|nha|a|thoi|vay|cung duoc|duoc roi|tiep|nhu cu|cho nhanh))*$"
)
_NOT = re.compile(r"\b(?:khong|ko|hong|chang|cha|chua|dung|dau)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """What is said, and what there is for the team; ``waits``: what the citizen answers next."""

    message: Message
    event: str
    waits: Action | None = None
    tickets: tuple[TicketRequest, ...] = ()
    team: ForTeam = NOTHING


def asks_for_number(text: str) -> bool:
    """Whether who asks for people asks for a telephone number."""
    return bool(_NUMBER.search(key(text)))


def wants_machine(text: str) -> bool:
    """Whether a citizen would rather talk to the machine again."""
    said = key(text)
    return bool(_MACHINE.search(said)) and not _NOT.search(said)


def settled(action: Action, team: Team | None) -> Action:
    """The action for where there is a team, and for where there is none."""
    if action.kind is Kind.SAY and action.phrase == "human" and team is not None:
        return Action(kind=Kind.PERSON, phrase=ASKED)
    if action.kind is Kind.PERSON and team is None:
        return Action(kind=Kind.SAY, phrase="human")
    return action


def act(action: Action, team: Team | None, about: str, phone: str, tell: Telling) -> Step | None:
    """Do what hands the citizen over or takes them back; None where ``action`` is no such thing.

    Args:
        action: what to do.
        team: as the conversation finds it.
        about: what the citizen talks of, for the team to read.
        phone: the number to call instead.
        tell: how to say it.
    """
    if action.kind is Kind.MACHINE:
        return _machine(team, tell)
    if team is None:
        return None
    match action.kind:
        case Kind.PERSON if action.phrase == NUMBER:
            text = tell.say("people.number", tell.address, dien_thoai=phone)
            return Step(Message(text, buttons=(_person(ASKED, tell),)), "person.number")
        case Kind.PERSON if team.standing.asked:
            return Step(_standing(team, tell), "person.standing")
        case Kind.PERSON:
            return _asked(action.phrase or ASKED, team, about, phone, tell)
        case Kind.LEAVE_WORD if team.standing.asked:
            return Step(_away(phone, team, tell), "person.leave_word", waits=action)
        case Kind.ANSWER_AT if team.standing.asked:
            return _when(action, team, tell)
        case Kind.SAY if action.phrase in _INSTEAD:
            return _offered(action.phrase, team, phone, tell)
        case _:
            return None


def answered(text: str, waits: Action | None, team: Team | None) -> Action | None:
    """What a citizen's words do after a question of ours; None where they mean something else."""
    if waits is None or team is None or not team.standing.asked:
        return None
    if waits.kind is Kind.LEAVE_WORD:
        return Action(kind=Kind.ANSWER_AT)
    if waits.kind is not Kind.ANSWER_AT:
        return None
    said = key(text)
    if re.search(r"\b(?:luc nao|khi nao|bao gio|sao cung|gio nao)\b", said):
        return waits.model_copy(update={"phrase": "any"})
    if len(said.split()) > _LONGEST_TIME:
        return None
    part = next((part for part in Part if re.search(rf"\b(?<!ho ){part.value}\b", said)), None)
    named = next((name for name, one in _WHEN.items() if one is part and part), None)
    return waits.model_copy(update={"phrase": named}) if named else None


def done_asking(state: State) -> State:
    """The state in which nothing is asked for the team any more."""
    asking = (Kind.LEAVE_WORD, Kind.ANSWER_AT)
    trail = tuple(action for action in state.trail if action.kind not in asking)
    return state if trail == state.trail else state.model_copy(update={"trail": trail})


def told(what: str, name: str | None, team: Team | None, phone: str, tell: Telling) -> Message:
    """What the citizen hears of the team: ``claimed``, ``released``, ``waiting``, ``closed_human``,
    ``closed_feedback``; ``name``: of the helper."""
    who = tell.say("people.helper", ten=name) if name else ""
    machine = _to_machine(tell)
    match what:
        case "claimed":
            text = tell.say("people.claimed", tell.address, ten=who)
            return Message(text, buttons=(machine,), partner=Partner.PERSON)
        case "released":
            text = tell.say("people.released", tell.address)
            return Message(text, buttons=(machine,), partner=Partner.QUEUE)
        case "closed_human" | "closed_feedback":
            text = tell.say(f"people.{what}", tell.address, ten=who)
            home = Button(tell.say("talk.button_home"), Action(kind=Kind.HOME))
            ends = what == "closed_human"
            return Message(text, buttons=(home,), partner=Partner.MACHINE if ends else None)
        case _:
            return Message(_still_waiting(team, phone, tell), buttons=(machine,))


def said(text: str, name: str, team: Team | None, tell: Telling) -> Message:
    """What a person says, who answers from here on where the machine is silent."""
    by = tell.say("people.helper", ten=name)
    talking = team is not None and team.standing.muted
    return Message(text, by=by, partner=Partner.PERSON if talking else None)


def relayed(text: str, team: Team, tell: Telling) -> Step | None:
    """What the machine says when it passes words on to a person, None: nothing at all. It speaks
    where nobody is there to answer before tomorrow."""
    standing = team.standing
    if team.present(tell.now) or (standing.helper and standing.waiting):
        return None
    day, clock = _back(team, tell)
    if standing.helper:
        text_said = tell.say("people.helper_away", tell.address, ngay=day, gio=clock)
        message = Message(text_said, buttons=(_to_machine(tell),))
        return Step(message, "relayed", team=ForTeam(relayed=text))
    gone = tell.say("people.gone_home", tell.address, ngay=day, gio=clock)
    message = Message(gone, partner=Partner.MACHINE)
    return Step(message, "relayed", team=ForTeam(relayed=text, muted=False))


def _machine(team: Team | None, tell: Telling) -> Step:
    home = Button(tell.say("talk.button_home"), Action(kind=Kind.HOME))
    if team is None or not team.standing.asked:
        text = tell.say("people.nobody", tell.address)
        return Step(Message(text, buttons=(home,)), "machine", team=ForTeam(muted=False))
    text = tell.say("people.ended", tell.address)
    message = Message(text, buttons=(home,), partner=Partner.MACHINE)
    return Step(message, "machine", team=ForTeam(ended=True, muted=False))


def _asked(reason: str, team: Team, about: str, phone: str, tell: Telling) -> Step:
    asked = (TicketRequest(TicketKind.HUMAN, reason, about),)
    if not team.present(tell.now):
        waits = Action(kind=Kind.LEAVE_WORD)
        return Step(_away(phone, team, tell), "person.asked_away", waits, asked)
    session = opening.session_at(
        tell.now.time(), opening.sessions(tell.now.date(), team.hours, team.calendar) or ()
    )
    assert session is not None, "who is present is so within a session"
    until = hours.clock_said(session.end, tell)
    ahead = team.standing.ahead
    if ahead:
        text = tell.say("people.asked_behind", tell.address, so=ahead, den=until, dien_thoai=phone)
    else:
        text = tell.say("people.asked_first", tell.address, den=until, dien_thoai=phone)
    message = Message(text, buttons=(_to_machine(tell),), partner=Partner.QUEUE)
    return Step(message, "person.asked", tickets=asked, team=ForTeam(muted=True))


def _away(phone: str, team: Team, tell: Telling) -> Message:
    day, clock = _back(team, tell)
    text = tell.say("people.asked_away", tell.address, ngay=day, gio=clock, dien_thoai=phone)
    return Message(text, buttons=(_to_machine(tell),))


def _when(action: Action, team: Team, tell: Telling) -> Step:
    """Ask when the citizen would like to be answered, or keep what they chose."""
    if action.phrase not in _WHEN:
        buttons = tuple(
            Button(tell.say(f"people.button_{name}"), action.model_copy(update={"phrase": name}))
            for name in _WHEN
        )
        text = tell.say("people.ask_when", tell.address)
        return Step(Message(text, buttons=buttons), "person.left_word", waits=action)
    part = _WHEN[action.phrase]
    at = _first(part, team, tell.now)
    when = tell.say("people.when_any")
    if part is not None:
        day = hours.day_said(at.date(), tell)
        when = tell.say("office.part_of_day", buoi=tell.say(f"office.part_{part}"), ngay=day)
    message = Message(tell.say("people.when_set", tell.address, luc=when))
    wish = tell.say("people.wants_answer", luc=when)
    return Step(message, "person.answer_at", team=ForTeam(relayed=wish, wanted_at=at))


def _first(part: Part | None, team: Team, now: datetime) -> datetime:
    """The next beginning of work in a part of the day; the next at all where there is none."""
    first = at = team.back(now)
    for _ in range(_SESSIONS_AHEAD):
        if part is None or (at.hour < _NOON) is (part is Part.MORNING):
            return at
        begins = opening.next_opening(at, team.hours, team.calendar)
        if begins is None:
            break
        at = begins
    return first


def _offered(phrase: str | None, team: Team, phone: str, tell: Telling) -> Step | None:
    """A person is offered after an apology."""
    reason = _INSTEAD[phrase or ""]
    home = Button(tell.say("talk.button_home"), Action(kind=Kind.HOME))
    event = "declined" if reason is MISSES else f"said.{phrase}"
    if team.standing.asked and reason is MISSES:
        text = tell.say("people.decline_waiting", tell.address, dien_thoai=phone)
        return Step(Message(text, buttons=(home,)), event)
    if team.standing.asked:
        return Step(_standing(team, tell), event)
    text = tell.say(f"people.{phrase}", tell.address)
    return Step(Message(text, buttons=(_person(reason, tell), home)), event)


def _standing(team: Team, tell: Telling) -> Message:
    if not team.present(tell.now):
        day, clock = _back(team, tell)
        text = tell.say("people.standing_away", tell.address, ngay=day, gio=clock)
    elif team.standing.ahead:
        text = tell.say("people.standing_behind", tell.address, so=team.standing.ahead)
    else:
        text = tell.say("people.standing_first", tell.address)
    return Message(text, buttons=(_to_machine(tell),))


def _still_waiting(team: Team | None, phone: str, tell: Telling) -> str:
    standing = team.standing if team else None
    if standing and standing.helper:
        who = tell.say("people.helper", ten=standing.helper)
        return tell.say("people.waiting_claimed", tell.address, ten=who, dien_thoai=phone)
    if standing and standing.ahead:
        return tell.say("people.waiting_behind", tell.address, so=standing.ahead, dien_thoai=phone)
    return tell.say("people.waiting_first", tell.address, dien_thoai=phone)


def _back(team: Team, tell: Telling) -> tuple[str, str]:
    """The day and the time at which the team is at work again, as they are said."""
    begins = team.back(tell.now)
    return hours.day_said(begins.date(), tell), hours.clock_said(begins.time(), tell)


def _person(reason: str, tell: Telling) -> Button:
    return Button(tell.say("people.button_person"), Action(kind=Kind.PERSON, phrase=reason))


def _to_machine(tell: Telling) -> Button:
    return Button(tell.say("people.button_machine"), Action(kind=Kind.MACHINE))


def about(state: State, name: str | None) -> str:
    """What the citizen talks of, for the team: the procedure's ``name``, or the last question."""
    return name or (state.asked[-1].question if state.asked else "")
