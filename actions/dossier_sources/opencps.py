"""OpenCPS v2, open-source one-stop software (base ``/o/rest/v2``): dossiers by number, and the log
of one. Fields and states as in its source code, November 2026; applicants are not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from actions.dossier_sources import reading
from actions.dossier_sources.asking import Asker
from actions.dossier_sources.port import SourceUnavailable
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier, Moment
from knowledge_base.dossiers.states import DossierState, States


class OpenCps:
    """See :class:`actions.dossier_sources.port.DossierSource`."""

    def __init__(self, name: str, asker: Asker, states: States) -> None:
        self.name = name
        self._asker = asker
        self._states = states

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier whose number is the code."""
        found = await self._asker.get("dossiers", dossierNo=code.text)
        try:
            row = reading.named(reading.rows(found["data"]), "dossierNo", code)
            if row is None:
                return None
            log = await self._asker.get(f"dossierlogs/{row['dossierId']}/logs")
            return self._read(row, reading.rows(log.get("data", [])))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceUnavailable(f"not as OpenCPS answers: {type(error).__name__}") from error

    def _read(self, row: Mapping[str, Any], log: list[Mapping[str, Any]]) -> Dossier:
        state = self._states.read(str(row["dossierStatus"]))
        wanted = reading.words(row.get("lastActionNote") or row.get("stepInstruction"))
        return Dossier(
            code=str(row["dossierNo"]),
            state=state,
            seen=datetime.now(UTC),
            source=self.name,
            procedure=reading.text(row.get("serviceCode")),
            title=reading.words(row.get("serviceName")),
            agency=reading.text(row.get("govAgencyName")),
            received=reading.day(row.get("receiveDate") or row.get("submitDate")),
            promised=reading.day(row.get("dueDate")),
            again=reading.day(row.get("extendDate")),
            finished=reading.day(row.get("finishDate") or row.get("releaseDate")),
            amount=reading.amount(row.get("paymentFee")),
            wanted=(wanted,) if wanted and state is DossierState.SUPPLEMENT else (),
            moments=tuple(self._moments(log)),
        )

    def _moments(self, log: list[Mapping[str, Any]]) -> list[Moment]:
        """What of the log tells a state; its notes name people and are left out."""
        moments = []
        for entry in log:
            at = reading.moment(entry.get("createDate"))
            said = str(entry.get("dossierStatus") or "")
            if at and said:
                moments.append(Moment(at, self._states.read(said)))
        return sorted(moments, key=lambda m: m.at.isoformat())
