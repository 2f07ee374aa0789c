"""The port of the store of records: what a synchronisation or an import needs of it.

Errors, raised by every method:

BookError
├── BookBusy         another synchronisation or import is under way
├── BookFull         the disk of the database is full
└── BookUnavailable  the database does not answer or cannot be used
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum, auto
from typing import Any, Protocol, TypeAlias

from knowledge_base.records.common import Leftover

Facts: TypeAlias = Mapping[str, Any]  # keys of knowledge_base.schema.Procedure, as in the YAML


class BookError(Exception):
    """The records cannot be kept; the text is a Vietnamese sentence for an official."""


class BookBusy(BookError):
    """Another synchronisation or import holds the book."""


class BookFull(BookError):
    """There is no room left on the database's disk."""


class BookUnavailable(BookError):
    """The database does not answer, or broke off; what was kept before stays."""


class Form(StrEnum):
    """The form a record came in."""

    API = "api"
    FLAT = "jsonl"
    LIST = "xlsx"
    CATALOGUE = "danh_muc"

    @property
    def layer(self) -> str:
        """Facts of lists lie under the portal's own: they fill its gaps and replace nothing."""
        return "danh_sach" if self is Form.LIST else "cong"


@dataclass(frozen=True, slots=True)
class Reading:
    """One record as it was read.

    ``facts`` is None where no procedure can be made of it; the record is kept all the same.
    ``watched`` holds parts that a :class:`~knowledge_base.schema.Procedure` of the catalogue does
    not carry but whose change is worth telling, by the names of the official form.
    """

    code: str
    form: Form
    raw: Mapping[str, Any]
    facts: Facts | None
    watched: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Leftover, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the portal's list. ``digest`` is of the whole line.

    ``stamped``: it says when the record was changed; only then does an unchanged line prove an
    unchanged record.
    """

    id: str
    code: str
    name: str
    digest: str
    stamped: bool


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of the run under way. ``walk``: the last walk that met it, counted from 1;
    ``done``: its record is in the book; ``trouble``: why it could not be fetched."""

    line: Line
    walk: int
    done: bool
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of one procedure on the portal's own layer.

    ``line``: digest of the list's line at the last fetch (None: not fetched from the portal);
    ``seen``: the last day its facts were seen to hold; ``gone``: no longer on the portal.
    """

    code: str
    id: str | None
    form: Form
    etag: str | None
    line: str | None
    seen: date
    gone: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A synchronisation or an import. ``progress`` is the caller's own, as last saved."""

    id: int
    form: Form
    source: str
    day: date
    resumed: bool = False
    progress: Mapping[str, Any] = field(default_factory=dict)


class Kept(Enum):
    """What became of a record in the book."""

    NEW = auto()
    CHANGED = auto()
    SAME = auto()
    OLDER = auto()  # put into the history, behind what was there


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A record as it stood from ``first`` to ``last`` (days on which it was seen)."""

    form: Form
    facts: Facts | None
    watched: Mapping[str, Any]
    first: date
    last: date
    problems: tuple[Leftover, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One record before and after; ``before`` None: not known then; ``after`` None: withdrawn."""

    code: str
    before: Snapshot | None
    after: Snapshot | None


class RecordBook(Protocol):
    """Records with their history. One synchronisation or import at a time: see :meth:`alone`."""

    def alone(self) -> AbstractAsyncContextManager[None]:
        """Hold the book during the block. Raises :class:`BookBusy`."""
        ...

    async def begin(self, form: Form, source: str, day: date, *, fresh: bool = False) -> Run:
        """Start a run, or go on with the unfinished one of the same form and source if it began
        within a day (then the run keeps its own day). ``fresh``: never go on."""
        ...

    async def held(self) -> Mapping[str, Held]:
        """Everything on the portal's own layer, by code."""
        ...

    async def newest(self, form: Form) -> date | None:
        """The latest day among the finished runs of a form."""
        ...

    async def add_lines(
        self, run: Run, lines: Sequence[Line], walk: int, progress: Mapping[str, Any]
    ) -> None:
        """Keep a page of the list, and where the walk stands, in one transaction."""
        ...

    async def lines(self, run: Run) -> Sequence[OpenLine]:
        """The lines met so far, in the order they were first met."""
        ...

    async def keep(
        self, run: Run, reading: Reading, line: Line | None = None, etag: str | None = None
    ) -> Kept:
        """Keep one record. What was seen on an earlier day than the facts in the book goes into
        the history only; a file never replaces what was fetched on the same day."""
        ...

    async def keep_all(self, run: Run, readings: Sequence[Reading]) -> Sequence[Kept]:
        """Keep several in one transaction, each as :meth:`keep` does."""
        ...

    async def confirm(self, run: Run, lines: Sequence[Line]) -> None:
        """The records of these lines hold on the run's day as they are in the book."""
        ...

    async def set_aside(self, run: Run, line: Line, trouble: str) -> None:
        """A record could not be fetched; the next run tries again."""
        ...

    async def finish(
        self, run: Run, withdrawn: Iterable[str] = (), report: Mapping[str, Any] | None = None
    ) -> None:
        """End the run, mark codes as no longer on the portal, and tell whoever listens."""
        ...

    async def steps(self, run: Run) -> Sequence[Step]:
        """Every record the run made new or different, by code; those withdrawn too."""
        ...

    async def between(self, since: date, until: date, code: str | None = None) -> Sequence[Step]:
        """Records that stood otherwise at the end of ``until`` than at the end of ``since``."""
        ...

    async def days(self) -> Sequence[date]:
        """The days of all finished runs, the latest first, each once."""
        ...
