"""VNPT iGate 2.0: the staff's search by code.

Seen of its answer (an adapter of June 2026): ``content[]`` with id, code, appointmentDate,
procedure.id and currentTask. Its own name for the state is read where there is one; where there is
none, a dossier with a current task is being handled, and of one without we know nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actions.dossier_sources import reading
from actions.dossier_sources.asking import Asker
from actions.dossier_sources.port import SourceUnavailable
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.states import DossierState, States


class IGate:
    """See :class:`actions.dossier_sources.port.DossierSource`."""

    def __init__(self, name: str, asker: Asker, states: States) -> None:
        self.name = name
        self._asker = asker
        self._states = states

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier of a code."""
        found = await self._asker.get(
            "pa/dossier/search", code=code.text, spec="slice", page=0, size=1
        )
        try:
            row = reading.named(reading.rows(found["content"]), "code", code)
            return self._read(row) if row is not None else None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceUnavailable(f"not as iGate answers: {type(error).__name__}") from error

    def _read(self, row: Mapping[str, Any]) -> Dossier:
        procedure = row.get("procedure") or {}
        return Dossier(
            code=str(row["code"]),
            state=self._state(row),
            seen=datetime.now(UTC),
            source=self.name,
            procedure=reading.text(procedure.get("code")),
            title=reading.words(procedure.get("name")),
            agency=reading.text((row.get("agency") or {}).get("name")),
            received=reading.day(row.get("acceptedDate")),
            promised=reading.day(row.get("appointmentDate")),
            finished=reading.day(row.get("completedDate")),
        )

    def _state(self, row: Mapping[str, Any]) -> DossierState:
        said = row.get("dossierStatus") or {}
        for word in (said.get("name"), said.get("id")):
            if word is not None:
                return self._states.read(str(word))
        if row.get("currentTask"):
            return DossierState.PROCESSING
        raise KeyError("dossierStatus")
