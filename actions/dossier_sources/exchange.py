"""The national exchange (NDXP/LGSP) as OpenCPS calls it: one address, a service by name.

What ``TraCuuHoSo`` answers was not seen: it is taken for one record of the synchronising service
(DongBoHoSoMC) with its progress (CapNhatTienDoHoSoMC) beside or within it, and whatever of that is
missing is done without. The applicant (ChuHoSo) is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from actions.dossier_sources import reading
from actions.dossier_sources.asking import Asker
from actions.dossier_sources.port import SourceUnavailable
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier, Moment
from knowledge_base.dossiers.states import DossierState, States

SERVICE = "TraCuuHoSo"
_PROGRESS = ("TienDoHoSo", "DanhSachTienDo", "TienDoXuLy")


class Exchange:
    """See :class:`actions.dossier_sources.port.DossierSource`."""

    def __init__(
        self, name: str, asker: Asker, states: States, *, endpoint: str, session: str, unit: str
    ) -> None:
        """``endpoint``: path under the adapter's address; ``session`` and ``unit``: what the
        exchange gave this deployment."""
        self.name = name
        self._asker = asker
        self._states = states
        self._endpoint = endpoint
        self._who = {"session": session, "madonvi": unit}

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier of a code."""
        body = {**self._who, "service": SERVICE, "mahoso": code.text}
        found = await self._asker.post(self._endpoint, body)
        try:
            if str(found["error_code"]) != "0":
                raise SourceUnavailable(f"error_code {str(found['error_code'])[:20]}")
            records = reading.rows(found.get("result") or [])
            whole = (r for r in records if "TrangThaiHoSo" in r)
            row = reading.named(whole, "MaHoSo", code)
            return self._read(row, records) if row is not None else None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceUnavailable(f"not as the exchange: {type(error).__name__}") from error

    def _read(self, row: Mapping[str, Any], records: list[Mapping[str, Any]]) -> Dossier:
        state = self._states.read(str(row["TrangThaiHoSo"]))
        more = reading.rows(row.get("DanhSachHoSoBoSung") or [])
        fees = (
            reading.amount(f.get("Gia")) or 0 for f in reading.rows(row.get("DanhSachLePhi") or [])
        )
        again = [d for r in more if (d := reading.day(r.get("NgayHenTraMoi")))]
        asked = [w for r in more if (w := reading.words(r.get("NoiDungBoSung")))]
        return Dossier(
            code=str(row["MaHoSo"]),
            state=state,
            seen=datetime.now(UTC),
            source=self.name,
            procedure=reading.text(row.get("MaTTHC")),
            title=reading.words(row.get("TenTTHC")),
            agency=reading.text(row.get("DonViXuLy")),
            received=reading.day(row.get("NgayTiepNhan")),
            promised=reading.day(row.get("NgayHenTra")),
            again=max(again, default=None),
            finished=reading.day(row.get("NgayKetThucXuLy") or row.get("NgayTra")),
            amount=sum(fees) or None,
            wanted=tuple(asked) if state is DossierState.SUPPLEMENT else (),
            moments=tuple(sorted(self._moments(row, records), key=lambda m: m.at.isoformat())),
        )

    def _moments(
        self, row: Mapping[str, Any], records: list[Mapping[str, Any]]
    ) -> Iterator[Moment]:
        """The progress; who handled it (NguoiXuLy) is left out."""
        within = [step for name in _PROGRESS for step in reading.rows(row.get(name) or [])]
        beside = [r for r in records if "ThoiDiemXuLy" in r]
        for step in (*within, *beside):
            at = reading.moment(step.get("ThoiDiemXuLy"))
            if at and step.get("TrangThai"):
                room = reading.text(step.get("PhongBanXuLy"))
                yield Moment(at, self._states.read(str(step["TrangThai"])), room)
