"""What is known of a dossier. Nothing in it says whose it is: codes run in sequence and can be
guessed, so by a code alone nobody learns a name, an address or a number."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from knowledge_base.dossiers.states import DossierState


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a dossier; ``what``: the office that did it, as the
    system calls that."""

    at: date | datetime
    state: DossierState
    what: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier as a source tells it.

    ``code`` as printed; ``procedure`` the procedure's code where the source knows it, ``title`` its
    name there; ``promised`` the day of the result, ``again`` the newest one after a delay.
    ``amount`` to be paid in đồng; ``wanted`` the papers that are asked for; ``result_at`` where the
    result is to be had. ``moments`` oldest first. ``seen``: when the source said so.
    """

    code: str
    state: DossierState
    seen: datetime
    source: str
    procedure: str | None = None
    title: str | None = None
    agency: str | None = None
    received: date | None = None
    promised: date | None = None
    again: date | None = None
    finished: date | None = None
    amount: int | None = None
    wanted: tuple[str, ...] = ()
    result_at: str | None = None
    moments: tuple[Moment, ...] = field(default=())

    @property
    def due(self) -> date | None:
        """The day that was promised last."""
        return self.again or self.promised

    @property
    def mark(self) -> str:
        """What a citizen wants to be told of when it becomes another: the state and the promised
        day; read by :func:`read_mark`. :mod:`bot.store.subscriptions` makes the same in SQL."""
        return f"{self.state.value}|{self.due.isoformat() if self.due else ''}"


def read_mark(mark: str) -> tuple[DossierState, date | None]:
    """The state and the promised day of a :attr:`Dossier.mark`."""
    state, _, day = mark.partition("|")
    return DossierState(state), date.fromisoformat(day) if day else None
