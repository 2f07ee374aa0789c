"""What a conversation is told of without asking, and what becomes of that in a turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from knowledge_base.dossiers.codes import key_of


class Do(StrEnum):
    """What a citizen does about it; the ``phrase`` of the action."""

    ASK = "ask"  # for consent
    START = "start"
    DECLINE = "decline"
    LIST = "list"
    STOP = "stop"  # one, or which one where no code goes with it
    STOP_ALL = "stop_all"


@dataclass(frozen=True, slots=True)
class Watched:
    """A dossier that a citizen is told of. ``told``: the mark of what they know
    (:attr:`knowledge_base.dossiers.dossier.Dossier.mark`), ``before``: of what they knew before
    that; ``reminded``: the last reminder of a day, as the wish that noted it says."""

    code: str
    told: str
    before: str = ""
    reminded: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a turn changes about it. With ``told``: from now on, until then, with this ``consent``,
    the system ``source`` being asked ("" = nobody needs to be). With ``reminded`` alone: so much
    was said. With neither: no longer."""

    code: str
    told: str = ""
    consent: str = ""
    until: datetime | None = None
    source: str = ""
    reminded: str = ""


def find(mine: Iterable[Watched], code: str) -> Watched | None:
    """The one of a code, with whatever head either was written."""
    return next((one for one in mine if key_of(one.code) == key_of(code)), None)
