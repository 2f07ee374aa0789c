"""Messages on their way in and out, and the port every push channel implements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from actions.dossier_sources.port import Finding
from actions.rating import Rated
from actions.reminders import Reminder
from actions.replies import Reply
from actions.tickets import NOTHING, UNASKED, ForTeam, Standing, TicketRequest
from actions.understanding import Understanding
from actions.watched import Watched, Wish
from bot.passes import Opened
from knowledge_base.review.book import Miss

PASSING = "tab/"  # begins a chat of the web that nobody comes back to: it ends with its page
_REMINDER = "reminder/"  # no caller may have a slash in the ids that it chooses
TEAM = "team"  # the channel of the team's own conversation; its chat is TEAM_CHAT, or DESK
DESK = "desk"
PHOTO, VOICE = "photo", "voice"  # kinds of media


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody of the team: ``key`` (``telegram:<id>``, ``api:<id>``) says who, ``name`` is what
    others read."""

    key: str
    name: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class MediaRead:
    """What was read of a medium; its bytes are gone. Either something was read, ``codes`` (dossier
    codes of a photograph as :attr:`knowledge_base.dossiers.codes.DossierCode.text` writes them) or
    ``text`` (the words of a voice message, masked), or ``fault`` says why not: one of those of
    :mod:`bot.media`, or of the reader of its kind."""

    codes: tuple[str, ...] = ()
    text: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """What came with a message besides words: a :data:`PHOTO` or a :data:`VOICE`. ``handle``: by
    which its channel gives the bytes again (Telegram: a file's id); "" where they came with the
    message and were read at the door. ``read``: what was read, see :mod:`bot.media`."""

    kind: str
    handle: str = ""
    read: MediaRead | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a citizen, masked at the door (``bot.privacy``) before it is built.

    ``channel`` is ``web``, ``api``, ``terminal``, ``telegram``, ``zalo_oa`` or ``zalo_bot``;
    ``chat`` the channel's own id of the chat; ``message_id`` its id of the message. The three are
    together the key by which a repeated delivery is recognised. Exactly one of ``text``, ``choice``
    and ``opens`` is set: ``choice`` is the :attr:`actions.replies.Choice.id` that a button sent
    back, ``opens`` the digest of a pass that was opened. ``media``: what came with the text, which
    is :data:`bot.listening.UNREADABLE` where it came without words. The rest, and what is in the
    medium, the worker finds out before the turn:
    ``opened``, what the pass holds (None where it cannot be opened); ``team``, of a registered
    helper; ``finding``, what came of the look-up that the turn asked for when it was taken
    without it; ``watching``, the dossiers this conversation is told of (None where it cannot be).
    ``origin``: the network address it came from as far as the door, a digest of it after;
    ``checked``: the turn that asks for a look-up had a question answered that tells a person from a
    program.

    Messages of and to the team go through the same door. ``ticket``: the number of the ticket that
    one is about, never set by a citizen's channel; ``helper``: who of the team said it.
    ``standing``: filled in as the turn begins.
    """

    channel: str
    chat: str
    message_id: str
    text: str | None = None
    choice: str | None = None
    opens: str | None = None
    media: Media | None = None
    opened: Opened | None = None
    team: str | None = None
    finding: Finding | None = None
    ticket: int | None = None
    helper: Helper | None = None
    standing: Standing = UNASKED
    watching: tuple[Watched, ...] | None = None
    origin: str | None = field(default=None, repr=False)
    checked: bool = False

    @property
    def conversation(self) -> str:
        """Key of the conversation: ``channel:chat``."""
        return f"{self.channel}:{self.chat}"

    @property
    def is_lasting(self) -> bool:
        """Whether the citizen can come back to the conversation."""
        return not self.chat.startswith(PASSING)

    @classmethod
    def reminder(cls, job: int | str, channel: str, chat: str, choice: str) -> Incoming:
        """The message that a reminder puts in when it is due: once for a job, or for whatever else
        has a name of its own."""
        return cls(channel, chat, f"{_REMINDER}{job}", choice=choice)

    @property
    def is_reminder(self) -> bool:
        """Whether nobody sent it: a reminder was due."""
        return self.message_id.startswith(_REMINDER)


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply as kept: ``id`` rises within a conversation; ``message_id`` is what it answers."""

    id: int
    conversation: str
    message_id: str
    reply: Reply
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn leaves behind; saved in one transaction with the message's "done" mark.

    ``state`` is the conversation's new state, a JSON document; ``events`` are the named outcomes
    to count (``answered.fee``, ``declined`` …). ``erase``: forget every earlier message and reply
    of the conversation before these replies are kept. ``misses``: questions for officials to look
    at, kept apart from whoever asked; ``ratings``: how content citizens are, likewise. ``tickets``:
    opened for people to see to; ``team``: what else there is for them. ``reminders``: choices that
    come in at the door when they are due. ``lookup``: the code of a dossier to be looked up;
    nothing of this result is kept then, and the turn is taken again with the finding;
    ``checked``: see :class:`Incoming`.
    ``heard``: what the message was understood as; None of a button, a command and what else is
    answered without understanding. ``watching``: dossiers to be told of, or no longer.
    """

    state: dict[str, Any]
    replies: tuple[Reply, ...]
    events: tuple[str, ...] = ()
    erase: bool = False
    misses: tuple[Miss, ...] = ()
    tickets: tuple[TicketRequest, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    lookup: str | None = None
    ratings: tuple[Rated, ...] = ()
    team: ForTeam = NOTHING
    heard: Understanding | None = None
    watching: tuple[Wish, ...] = ()
    checked: bool = False


class TurnHandler(Protocol):
    """One turn: pure, CPU-bound, called in a worker thread. ``state`` is None at the start."""

    def __call__(
        self, incoming: Incoming, state: dict[str, Any] | None, now: datetime, /
    ) -> TurnResult: ...


class SendError(Exception):
    """A channel did not take a reply."""


class ChatBlocked(SendError):
    """The citizen blocked us (403): drop this chat's pending replies, keep the state."""


class RetryLater(SendError):
    """The channel asks to wait, or is down. ``after`` in seconds; None = back off on our own."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class ReplyRefused(SendError):
    """The channel will never take this reply (400): drop it and count it. ``why`` is kept beside
    the reply, and is its name among the counts."""

    def __init__(self, message: str, why: str = "refused") -> None:
        super().__init__(message)
        self.why = why


class MediaError(Exception):
    """A medium cannot be had; ``fault`` as in :attr:`MediaRead.fault`."""

    fault = "gone"  # the channel no longer has it, or never had


class MediaTooLarge(MediaError):
    """It has more bytes than are read."""

    fault = "too_large"


class MediaSource(Protocol):
    """A channel that gives the bytes of what citizens send."""

    channel: str

    async def fetch(self, media: Media, most: int) -> bytes:
        """The bytes of a medium of this channel, at most ``most``; raises a :class:`MediaError`,
        and :class:`RetryLater` while the channel is down."""
        ...


GIVE_UP_SECONDS = 12 * 3600.0  # so long it is tried to send a reply


class Sender(Protocol):
    """Push channel (Telegram, Zalo). Web, API and terminal read the stored replies instead."""

    channel: str
    per_second: float  # overall rate the channel allows

    async def send(self, chat: str, reply: Reply) -> None:
        """Deliver one reply; raises a :class:`SendError`."""
        ...


@runtime_checkable
class Poster(Sender, Protocol):
    """A push channel of the team, whose messages about one ticket go under the first of them."""

    async def post(self, chat: str, reply: Reply, under: str | None) -> str:
        """Deliver one reply under the message ``under`` of the chat; returns the new message's id.
        Raises a :class:`SendError`."""
        ...
