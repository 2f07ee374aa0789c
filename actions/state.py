"""What is remembered of a conversation, and what one step of it leads to.

One idea carries the dialogue: everything shown is the result of an :class:`Action`. A button is
an action kept under an id; "quay lại" performs the action before; "xem tiếp" the same one with
the next page. State is a small versioned JSON document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from actions.draft import Draft
from actions.progress import Progress
from actions.rating import Face, Rated, Rating
from actions.reminders import Reminder
from actions.replies import Attachment, Partner, Reply
from actions.tickets import NOTHING, ForTeam, TicketRequest
from actions.ticks import Checklist, Tick
from actions.watched import Wish
from knowledge_base.day_words import When
from knowledge_base.offices import OfficeKind
from knowledge_base.spoken.lexicon import Region

VERSION = 1
_TRAIL = 20  # steps "quay lại" can undo
USUAL = "-"  # a citizen's situation: none of those that the record names
BEHIND = "r"  # ends the turn's number in ids of a question put behind the turn's answer
_OFFERS = 60  # buttons still answered; about the last ten messages


class Aspect(StrEnum):
    """What about a procedure is shown; the names are those of the intents without ``ask_``."""

    OVERVIEW = "overview"
    FEE = "fee"
    PAPERS = "papers"
    TIME = "time"
    PLACE = "place"
    HOW = "how"
    CONDITIONS = "conditions"
    RESULT = "result"
    LEGAL = "legal"
    FORM = "form"
    LINK = "link"


class Kind(StrEnum):
    """What an action does."""

    SHOW = "show"  # an aspect of a procedure
    ASK_WHICH = "ask_which"  # one of a few procedures is meant
    ASK_CASE = "ask_case"  # which situation of the citizen
    HOME = "home"  # the menu of topics
    TOPIC = "topic"  # the procedures or life events of a topic
    LIFE_EVENT = "life_event"  # the list of what to do, or the question that decides one of it
    SAY = "say"  # a fixed sentence of the wording
    ERASE = "erase"  # forget this conversation
    ASK_UNIT = "ask_unit"  # where the citizen lives
    SET_UNIT = "set_unit"  # remember it
    HOURS = "hours"  # when an office is open
    DANGER = "danger"  # whom to call at once; ``phrase`` is the kind of danger
    GUIDE = "guide"  # a move within a guide
    PERSON = "person"  # hand over to people; ``phrase`` says why
    MACHINE = "machine"  # talk to the machine again
    LEAVE_WORD = "leave_word"  # what the people who are away should read
    ANSWER_AT = "answer_at"  # when they should answer; ``phrase``: what was chosen
    DOSSIER = "dossier"  # how a dossier stands
    ALOUD = "aloud"  # reading aloud: ``phrase`` says what about it
    PHOTO = "photo"  # codes read in a photograph, to be confirmed; ``phrase``: why there are none
    ASK_CODE = "ask_code"  # its code, again where ``phrase`` says what was wrong with the last one
    CHECKLIST = "checklist"  # the papers to be ticked off, or a tick
    FEEDBACK = "feedback"  # a move within a suggestion or complaint
    RATE = "rate"  # a face, or the reason for one
    PRINT = "print"  # the same on a page of paper
    WATCH = "watch"  # be told of a dossier without asking: ``phrase`` says what about it
    HELP = "help"  # a helper's move among the people they guide


class Move(StrEnum):
    """What is done with a guide, or with a suggestion or complaint."""

    OPEN = "open"  # begin, or ask whether to go on where it was left
    RESTART = "restart"
    HERE = "here"  # show the step again; with no guide named: go on with the newest
    GO = "go"  # take a choice on a screen
    ASK = "ask"  # ask an answered question again
    SKIP = "skip"
    BACK = "back"  # so many screens
    BACK_TO = "back_to"  # the step of a number
    STOP = "stop"
    REVIEW = "review"  # list what was answered
    SEND = "send"  # only what is written to be sent
    DROP = "drop"
    REMIND = "remind"  # two days after it was left
    NO_REMINDER = "no_reminder"  # of whatever
    TROUBLE = "trouble"  # of another step, ``screen``, while one stays where one is


class Help(StrEnum):
    """What a helper does with the people they guide."""

    LIST = "list"
    ADD = "add"
    SWITCH = "switch"
    MENU = "menu"  # what can be done with the one on the screen
    DONE = "done"
    HAND = "hand"  # to the citizen's own phone
    LEAVE = "leave"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(_Model):
    """One thing to do. Only the fields that its kind needs are set.

    ``code``: a procedure's code or a life event's id; ``step``: a thing of the event's list, or how
    far back in a guide. ``guide``: the id of the one that was begun with; ``screen``:
    ``guide/step``, the one whose ``choice`` is taken.
    """

    kind: Kind
    code: str | None = None
    step: int | None = None
    aspect: Aspect = Aspect.OVERVIEW
    case: str | None = None
    detail: bool = False  # the notes of a list that was shown without them
    doubted: bool = False  # perhaps another one is meant: a button says "not this one"
    page: int = 0
    codes: tuple[str, ...] = ()
    topic: str | None = None
    phrase: str | None = None
    then: Kind | None = None  # what to do when the question is answered
    unit: str | None = None  # the place that is spoken of
    office: OfficeKind | None = None
    when: When | None = None
    units: tuple[str, ...] = ()  # codes of the places that may be meant
    numbers: tuple[str, ...] = ()  # to be called
    were: tuple[str, ...] = ()  # what those were called before, "" where that says nothing
    tries: int = 0
    anywhere: bool = False  # the citizen would not say where they live: do without
    move: Move | None = None
    guide: str | None = None
    screen: str | None = None
    choice: str | None = None
    paper: str | None = None  # the mark of one of a checklist
    tick: Tick | None = None  # what is said of it
    papers: tuple[str, ...] = ()  # marks of those that may be meant
    face: Face | None = None
    help: Help | None = None
    person: int | None = None  # the id of one whom a helper guides
    voice: Region | None = None  # the one to read aloud with from now on
    always: bool | None = None  # whether everything is read aloud from now on

    def asking_unit(self) -> Action:
        """Ask where the citizen lives; then this is done."""
        return self.model_copy(update={"kind": Kind.ASK_UNIT, "then": self.kind})

    def resumed(self, *, anywhere: bool = False) -> Action | None:
        """What was to be done after a question where the citizen lives, ``anywhere``: without an
        answer to it; None when it was asked for its own sake."""
        if self.then is None:
            return None
        asked = {"then": None, "unit": None, "units": (), "were": (), "tries": 0, "page": 0}
        return self.model_copy(update={**asked, "kind": self.then, "anywhere": anywhere})


class Offer(_Model):
    """A button that was shown: its id (``turn.number``), its words, what it does."""

    id: str
    label: str
    action: Action

    @property
    def turn(self) -> str:
        """The number of the turn it was shown in."""
        return self.id.partition(".")[0].removesuffix(BEHIND)


class Asked(_Model):
    """A question of the day, scrubbed, and what it was answered with or asked back about.

    ``missed``: that was not it.
    """

    question: str
    codes: tuple[str, ...] = ()
    day: date
    missed: bool = False


class Matter(_Model):
    """What is remembered of one citizen's matter while a helper sees to another's: the fields of
    :class:`State` of the same names."""

    address: str = "ông/bà"
    brief: bool = False
    procedure: str | None = None
    case: str | None = None
    unit: str | None = None
    anywhere: bool = False
    offers: tuple[Offer, ...] = ()
    trail: tuple[Action, ...] = ()
    misses: int = 0
    also: tuple[str, ...] = ()
    waiting: Action | None = None
    left: tuple[Action, ...] = ()
    guides: tuple[Progress, ...] = ()
    dossiers: tuple[str, ...] = ()
    checklists: tuple[Checklist, ...] = ()


class Person(_Model):
    """One whom a helper guides: no name, only a ``number`` to call them by, free again when they
    are done; ``id`` never comes back. ``matter`` is theirs as it was left."""

    id: int
    number: int
    matter: Matter = Matter()


class Helping(_Model):
    """Whom a helper guides. ``active``: the id of the one on the screen, None = the helper's own
    conversation, which else lies in ``own``."""

    people: tuple[Person, ...] = ()
    active: int | None = None
    own: Matter = Matter()


class State(_Model):
    """One conversation. ``offers`` newest message first; ``trail`` oldest first, last = current;
    ``asked`` oldest first: questions whose outcome is open, see :mod:`bot.noticing`; ``guides``
    under way, the newest first."""

    version: int = VERSION
    turn: int = 0
    address: str = "ông/bà"
    brief: bool = False
    procedure: str | None = None  # what is talked of: a procedure's code or a life event's id
    case: str | None = None
    unit: str | None = None  # where the citizen lives: code of a province (2 digits) or commune (5)
    anywhere: bool = False  # they would not say: not asked again
    offers: tuple[Offer, ...] = ()
    trail: tuple[Action, ...] = ()
    misses: int = 0
    also: tuple[str, ...] = ()  # codes of what may have been meant instead of what is shown
    waiting: Action | None = None  # a second question, answered when the first one is
    left: tuple[Action, ...] = ()  # what was asked besides, offered when both are answered
    asked: tuple[Asked, ...] = ()
    guides: tuple[Progress, ...] = ()
    voice: Region | None = None  # as whom it is read aloud; None: the deployment's
    aloud: bool = False  # everything is read aloud
    aloud_told: bool = False  # how to have that was said
    dossiers: tuple[str, ...] = ()  # codes that were found, the newest first
    checklists: tuple[Checklist, ...] = ()  # papers being ticked off, the newest first
    rating: Rating = Rating()
    reminding: bool | None = None  # of a guide left unfinished; None = not asked yet
    helping: Helping | None = None  # of a registered helper
    feedback: Draft | None = None  # being written

    @classmethod
    def restore(cls, document: dict[str, Any] | None) -> State | None:
        """The state of a stored document; None when there is none or it is of another version."""
        if document is None or document.get("version") != VERSION:
            return None
        try:
            return cls.model_validate(document)
        except ValidationError:
            return None

    @property
    def current(self) -> Action | None:
        """What is on the citizen's screen now."""
        return self.trail[-1] if self.trail else None

    def with_offers(self, offers: tuple[Offer, ...]) -> State:
        """The state with new buttons in front of the older ones."""
        return self.model_copy(update={"offers": (*offers, *self.offers)[:_OFFERS]})

    def at(self, action: Action) -> State:
        """The state after ``action`` was performed; repeating the current one adds no step."""
        trail = self.trail
        if trail and action.kind is Kind.ASK_WHICH and trail[-1].codes == action.codes:
            trail = trail[:-1]  # the same question, perhaps about another aspect
        if (
            trail
            and trail[-1].kind is Kind.ASK_UNIT
            and (action.kind is Kind.ASK_UNIT or action.anywhere)
        ):
            trail = trail[:-1]  # asked again, or done with
        if not trail or trail[-1] != action:
            trail = (*trail, action)[-_TRAIL:]
        return self.model_copy(update={"trail": trail})

    def before(self, phrase: str) -> Action:
        """The newest step that is not this sentence; the menu where there is none."""
        steps = (a for a in reversed(self.trail) if a.phrase != phrase)
        return next(steps, Action(kind=Kind.HOME))

    def latest_offers(self) -> tuple[Offer, ...]:
        """The buttons of the newest message, in the order of their numbers."""
        if not self.offers:
            return ()
        newest = self.offers[0].id.partition(".")[0]
        return tuple(o for o in self.offers if o.id.partition(".")[0] == newest)

    def offers_of_turn(self) -> tuple[Offer, ...]:
        """The same and, after a question put behind an answer, those of the answer."""
        if not self.offers:
            return ()
        turn = self.offers[0].turn
        return tuple(o for o in self.offers if o.turn == turn)


@dataclass(frozen=True, slots=True)
class Button:
    """A choice to be: what it says and what it does."""

    label: str
    action: Action


@dataclass(frozen=True, slots=True)
class Message:
    """A reply to be: its buttons have no ids yet. ``links`` are (label, url), the first thing to
    press where it is ``urgent``."""

    text: str
    source: str | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    attachment: Attachment | None = None
    by: str | None = None
    partner: Partner | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a move within a guide, a list or the like led to; ``event`` and ``ratings`` are
    counted, ``tickets`` opened."""

    state: State
    messages: tuple[Message, ...]
    event: str
    reminders: tuple[Reminder, ...] = ()
    ratings: tuple[Rated, ...] = ()
    tickets: tuple[TicketRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn leads to; ``events`` and ``ratings`` are counted, ``erase`` forgets what was
    stored before, ``tickets`` are opened for people to see to, ``team`` is what else there is
    for them, ``reminders`` come back as messages when they are due.

    ``lookup``: the code of a dossier that must be looked up first; the turn is then taken again
    with what was found, and nothing else of this outcome counts; ``checked``: the citizen has shown
    before that no program asks. ``watching``: which dossiers the
    citizen is told of from now on, or no longer.
    """

    state: State
    replies: tuple[Reply, ...]
    events: tuple[str, ...]
    erase: bool = False
    tickets: tuple[TicketRequest, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    lookup: str | None = None
    ratings: tuple[Rated, ...] = ()
    team: ForTeam = NOTHING
    watching: tuple[Wish, ...] = ()
    checked: bool = False
