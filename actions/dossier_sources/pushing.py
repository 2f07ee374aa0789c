"""Systems that tell of dossiers by themselves: whose signature is right, and what they say.

The signature is an HMAC-SHA256 over the hour and the body as it was sent, so that nothing in it can
be changed, and it cannot be sent again once the hour has gone by.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from actions.dossier_sources import reading
from knowledge_base.dossiers.codes import DossierCode, grammar
from knowledge_base.dossiers.dossier import Dossier, Moment
from knowledge_base.dossiers.states import States

_Day = Annotated[date | None, AfterValidator(reading.likely)]
FRESH = 300  # seconds by which the hour of a signature may differ from ours


class Unusable(ValueError):
    """An event cannot be used; the message is the field that is wrong."""


class Told(BaseModel):
    """A dossier as a system tells it. Names, telephones and addresses are no fields, and what is no
    field is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str = Field(min_length=8, max_length=60)
    state: str = Field(min_length=1, max_length=80)
    procedure: str | None = Field(None, max_length=60)
    title: str | None = Field(None, max_length=300)
    agency: str | None = Field(None, max_length=200)
    received: _Day = None
    promised: _Day = None
    again: _Day = None
    finished: _Day = None
    amount: int | None = Field(None, ge=0, le=10**12)
    wanted: tuple[str, ...] = Field((), max_length=20)
    result_at: str | None = Field(None, max_length=200)


class Event(BaseModel):
    """Something that became of a dossier, at ``at``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,100}$")
    at: AwareDatetime
    dossier: Told


@dataclass(frozen=True, slots=True)
class Pusher:
    """A system that tells: its key, the beginnings of the codes it may tell of, its words for the
    states. ``own``: the deployment's table holds its dossiers, because it cannot be asked."""

    name: str
    key: bytes
    codes: tuple[str, ...]
    states: States
    own: bool

    def signed(self, hour: str, body: bytes, signature: str, now: datetime) -> bool:
        """Whether a body was signed by this system just now.

        Args:
            hour: seconds since 1970 in digits, as it was signed before ``.`` and the body.
            body: as it was sent.
            signature: ``sha256=`` and 64 hex digits.
            now: aware.
        """
        right = hmac.new(self.key, hour.encode() + b"." + body, hashlib.sha256).hexdigest()
        same = hmac.compare_digest(f"sha256={right}".encode(), signature.encode())
        if not (hour.isascii() and hour.isdecimal() and len(hour) <= len("9999999999")):
            return False
        return same and abs(now.timestamp() - int(hour)) <= FRESH

    def read(self, event: Event, now: datetime) -> tuple[DossierCode, Dossier]:
        """The dossier that an event tells of.

        Raises:
            Unusable: the code is none of this system, the state is not known, it is of the future.
        """
        found = grammar().find(event.dossier.code, now.date()).codes
        starts = (f"{found[0].unit}." if found else "").startswith
        if len(found) != 1 or not any(starts(f"{code}.") for code in self.codes):
            raise Unusable("dossier.code")
        if event.at.timestamp() > now.timestamp() + FRESH:
            raise Unusable("at")
        told = event.dossier
        try:
            state = self.states.read(told.state)
        except ValueError as error:
            raise Unusable("dossier.state") from error
        facts = told.model_dump(include={"received", "promised", "again", "finished", "amount"})
        return found[0], Dossier(
            code=found[0].text,
            state=state,
            seen=event.at,
            source=self.name,
            procedure=reading.text(told.procedure),
            title=reading.words(told.title),
            agency=reading.text(told.agency),
            wanted=tuple(words for one in told.wanted if (words := reading.words(one))),
            result_at=reading.text(told.result_at),
            moments=(Moment(event.at, state),),
            **facts,
        )
