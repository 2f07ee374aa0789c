"""The port of every place that holds dossiers, and what a look-up comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier


class SourceUnavailable(Exception):
    """A source does not answer, or not in a form that is known; the message is for the log and
    holds nothing of a dossier."""


class DossierSource(Protocol):
    """One system that holds dossiers. May be asked from many tasks of one event loop."""

    name: str  # in Vietnamese, as citizens are told whom an answer comes from

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier of a code; None where the source knows none.

        Raises:
            SourceUnavailable: it cannot be told.
        """
        ...


class Why(StrEnum):
    """How a look-up ended."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"  # the source does not answer; the last known answer may be there
    NO_SOURCE = "no_source"  # this deployment is joined to no system that holds such codes
    SLOWED = "slowed"  # too many codes that were none, too fast
    CHECK = "check"  # a small question is to be answered first
    PERSON = "person"  # people look it up from here on


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a look-up of ``code`` (:attr:`DossierCode.text`); ``source``: the name of the
    system that must be asked again to know more, "" where the deployment's own table knows."""

    code: str
    why: Why
    dossier: Dossier | None = None
    source: str = ""
