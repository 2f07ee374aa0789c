"""A server that speaks as three kinds of one-stop software do, and misbehaves on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.states import DossierState, states
from tests.emulators.serving import serving

GROUP, TOKEN, SESSION = "35166", "ma-thu", "phien-thu"
_OPENCPS = {
    DossierState.REGISTERED: "new",
    DossierState.RECEIVED: "interoperating",
    DossierState.REFUSED: "denied",
    DossierState.PROCESSING: "processing",
    DossierState.SUPPLEMENT: "waiting",
    DossierState.PAYMENT: "paying",
    DossierState.WITHDRAWN: "cancelled",
    DossierState.STOPPED: "unresolved",
    DossierState.DONE: "releasing",
    DossierState.RETURNED: "done",
}


@dataclass
class OneStop:
    """What the server knows and does. ``trouble``: a status, or ``"slow"``, ``"cut"``,
    ``"page"`` (a web page), ``"odd"`` (JSON of another shape), ``"garbled"`` (not packed as it
    says), ``"huge"``; ``times``: so often."""

    address: str = ""
    dossiers: dict[str, Dossier] = field(default_factory=dict)
    trouble: int | str | None = None
    times: int = 1_000_000
    asked: list[str] = field(default_factory=list)

    def keep(self, *dossiers: Dossier) -> None:
        """Know these."""
        self.dossiers |= {one.code: one for one in dossiers}

    async def misbehave(self, request: web.Request) -> web.StreamResponse | None:
        """The wrong answer, if one is due."""
        self.asked.append(request.path)
        if self.trouble is None or self.times <= 0:
            return None
        self.times -= 1
        match self.trouble:
            case int(status):
                return web.Response(status=status, text="{}")
            case "slow":
                await asyncio.sleep(30)
            case "cut":
                assert request.transport is not None
                request.transport.close()
            case "page":
                return web.Response(text="<html>Đang bảo trì</html>", content_type="text/html")
            case "garbled":
                return web.Response(body=b"{}", headers={"Content-Encoding": "gzip"})
            case "huge":
                return web.Response(body=b'"' + b"a" * 3_000_000 + b'"')
        return web.json_response([{"lạ": True}])


@asynccontextmanager
async def one_stop() -> AsyncIterator[OneStop]:
    """A running server."""
    world = OneStop()

    async def opencps(request: web.Request) -> web.StreamResponse:
        if wrong := await world.misbehave(request):
            return wrong
        if request.headers.get("groupId") != GROUP or request.headers["Authorization"] != TOKEN:
            return web.Response(status=401)
        found = world.dossiers.get(request.query["dossierNo"])
        rows = [_as_opencps(found)] if found else []
        return web.json_response({"total": len(rows), "data": rows})

    async def log(request: web.Request) -> web.StreamResponse:
        one = next(d for d in world.dossiers.values() if _number(d) == request.match_info["id"])
        entries = [
            {"createDate": f"{m.at:%d/%m/%Y %H:%M:%S}", "dossierStatus": _OPENCPS[m.state],
             "author": "Nguyễn Văn Thử"}
            for m in one.moments
        ]  # fmt: skip
        return web.json_response({"data": entries})

    async def exchange(request: web.Request) -> web.StreamResponse:
        if wrong := await world.misbehave(request):
            return wrong
        body = await request.json()
        if body["session"] != SESSION or request.headers.get("dstcode") != "VN:GOV:1":
            return web.json_response({"result": [], "error_code": "401"})
        assert (body["service"], body["madonvi"]) == ("TraCuuHoSo", "H57")
        found = world.dossiers.get(body["mahoso"])
        result = [*_as_exchange(found)] if found else []
        return web.json_response({"result": result, "error_code": "0"})

    async def igate(request: web.Request) -> web.StreamResponse:
        if wrong := await world.misbehave(request):
            return wrong
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return web.Response(status=401)
        found = world.dossiers.get(request.query["code"])
        return web.json_response({"content": [_as_igate(found)] if found else []})

    app = web.Application()
    app.router.add_get("/o/rest/v2/dossiers", opencps)
    app.router.add_get("/o/rest/v2/dossierlogs/{id}/logs", log)
    app.router.add_post("/truc/tra-cuu", exchange)
    app.router.add_get("/igate/pa/dossier/search", igate)
    async with serving(app) as world.address:
        yield world


def _number(dossier: Dossier) -> str:
    return str(abs(hash(dossier.code)) % 10_000)


def _as_opencps(dossier: Dossier) -> dict[str, Any]:
    def said(day: Any) -> str:
        return f"{day:%d/%m/%Y} 00:00:00" if day else ""

    return {
        "dossierId": _number(dossier),
        "dossierNo": dossier.code,
        "serviceCode": dossier.procedure,
        "serviceName": dossier.title,
        "govAgencyName": dossier.agency,
        "applicantName": "Nguyễn Văn Thử",
        "receiveDate": said(dossier.received),
        "dueDate": said(dossier.promised),
        "extendDate": said(dossier.again),
        "finishDate": said(dossier.finished),
        "dossierStatus": _OPENCPS[dossier.state],
        "lastActionNote": "; ".join(dossier.wanted),
        "paymentFee": dossier.amount or "",
    }


def _as_exchange(dossier: Dossier) -> list[dict[str, Any]]:
    numbers = {state: number for number, state in enumerate(states().names, 1)}

    def said(day: Any) -> str:
        return f"{day:%Y%m%d}000000" if day else ""

    record = {
        "MaHoSo": dossier.code,
        "MaTTHC": dossier.procedure,
        "TenTTHC": dossier.title,
        "ChuHoSo": "Nguyễn Văn Thử",
        "DonViXuLy": dossier.agency,
        "NgayTiepNhan": said(dossier.received),
        "NgayHenTra": said(dossier.promised),
        "NgayKetThucXuLy": said(dossier.finished),
        "TrangThaiHoSo": numbers[dossier.state],
        "DanhSachLePhi": [{"TenPhiLePhi": "Lệ phí", "Gia": str(dossier.amount or 0)}],
        "DanhSachHoSoBoSung": [
            {"NoiDungBoSung": paper, "NgayHenTraMoi": said(dossier.again)}
            for paper in dossier.wanted or ("",)
        ],
    }
    progress = [
        {"MaHoSo": dossier.code, "NguoiXuLy": "Nguyễn Văn Thử", "TrangThai": numbers[m.state],
         "ThoiDiemXuLy": f"{m.at:%Y%m%d%H%M%S}"}
        for m in dossier.moments
    ]  # fmt: skip
    return [record, *progress]


def _as_igate(dossier: Dossier) -> dict[str, Any]:
    due = f"{dossier.promised:%Y-%m-%d}T17:00:00.000+0700" if dossier.promised else None
    return {
        "id": _number(dossier),
        "code": dossier.code,
        "applicant": {"data": {"fullname": "Nguyễn Văn Thử"}},
        "appointmentDate": due,
        "procedure": {"id": "1", "code": dossier.procedure, "name": dossier.title},
        "dossierStatus": {"id": 2, "name": states().names[dossier.state]},
        "currentTask": [{"id": "1"}],
    }
