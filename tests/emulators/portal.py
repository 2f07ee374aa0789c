"""A small server that speaks the national portal's public interface: the list by cursor, one
record at a time; cuts, refusals, odd records and the page for browsers where a test wants them.

Records are made from the committed catalogue.
"""

from __future__ import annotations

import copy
import hashlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from knowledge_base.loader import load
from knowledge_base.portal.client import LIST_PATH, RECORD_PATH
from knowledge_base.schema import Fee, Level, Manner, Procedure, ProcessingTime, TimeUnit

Record = dict[str, Any]
# (what: "list" or "record", body, count of requests so far) -> None to answer as usual
Rule = Callable[[str, Record, int], "Trouble | None"]

CHALLENGE = (
    "<!DOCTYPE html><html><head><script>var _0x=1;check();</script></head><body></body></html>"
)
_METHODS = {Manner.ONLINE: "ONLINE", Manner.DIRECT: "DIRECT", Manner.POSTAL: "POSTAL"}
_UNITS = {
    TimeUnit.WORKING_DAY: "WORKING_DAY", TimeUnit.DAY: "DAY", TimeUnit.HOUR: "HOUR",
    TimeUnit.WORKING_HOUR: "WORKING_HOUR", TimeUnit.MINUTE: "MINUTE", TimeUnit.MONTH: "MONTH",
    TimeUnit.YEAR: "YEAR",
}  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """What to answer instead: a status with headers and a body, or half an answer and a cut."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def challenge() -> Trouble:
    """The page for browsers."""
    return Trouble(200, CHALLENGE, {"Content-Type": "text/html; charset=utf-8"})


def api_record(procedure: Procedure, code: str | None = None) -> Record:
    """A record that says what a procedure of the catalogue says."""
    code = code or procedure.code
    ways = [s.manner for s in procedure.submissions]
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, code)),
        "code": code,
        "codeNotation": code,
        "name": procedure.official_name,
        "type": "STANDARD",
        "decisionNo": "1/QĐ",
        "category": {"code": "G", "name": procedure.field},
        "isWard": Level.COMMUNE in procedure.levels,
        "isProvince": Level.PROVINCE in procedure.levels,
        "isMinistry": Level.MINISTRY in procedure.levels,
        "isOtherAgency": Level.OTHER in procedure.levels,
        "subjectTypesDetails": [{"name": who} for who in procedure.who if "trừ" not in who],
        "departmentsAuthority": [{"name": procedure.agency}] if procedure.agency else [],
        "executionSteps": [{"name": "Bước 1", "description": "Nộp hồ sơ."}],
        "executionMethods": [method for way in ways for method in _methods(procedure, way)],
        "executionCases": [
            {
                "name": "* Giấy tờ phải nộp:",
                "profileComponents": [
                    {"name": "Tờ khai", "code": "KQ1", "originalQty": 1, "copyQty": 0,
                     "required": False, "hasElectronicForm": True, "attachments": []}
                ],
            }
        ],
        "resultsDetails": [{"name": s.text, "code": "KQ"} for s in procedure.results],
        "legalBasisesDetails": [
            {"code": d.number, "name": "Văn bản"} for d in procedure.legal_basis
        ],
        "requirementsAndConditions": "",
        "updatedAt": 1_776_083_791_512,
    }  # fmt: skip


def _methods(procedure: Procedure, way: Manner) -> Iterable[Record]:
    """The rows of one way: one, or two where the catalogue says that there are several times."""
    fees = [_fee(fee) for fee in procedure.fees if not fee.manners or way in fee.manners]
    times = [t for t in procedure.times if not t.manners or way in t.manners]
    rows: list[tuple[float | str | None, str | None]]
    rows = [row for time in times for row in _times(time)] or [(None, None)]
    for amount, unit in rows:
        yield {
            "submissionMethod": _METHODS[way],
            "processingTime": amount,
            "processingTimeUnit": unit,
            "description": "",
            "fees": fees,
        }


def _times(time: ProcessingTime) -> list[tuple[float | str | None, str | None]]:
    if time.amount is None:
        return [(1, "WORKING_DAY"), (2, "WORKING_DAY")]
    if time.unit is TimeUnit.DAY:
        return [(f"{time.amount:g}", "OTHER")]  # the portal's bare number
    return [(time.amount, _UNITS[time.unit])]


def _fee(fee: Fee) -> Record:
    value: int | None = fee.amount
    description = f"đồng/{fee.unit}" if fee.unit else (fee.note or "")
    if fee.by_province:
        value, description = 0, "Mức thu do Hội đồng nhân dân tỉnh quyết định"
    return {"type": "SERVICE_FEE", "value": value, "currencyId": "VND", "description": description}


def make_records(count: int) -> list[Record]:
    """That many records with codes of their own, each from the catalogue in turn."""
    known = load().catalogue
    return [
        api_record(known[n % len(known)], None if n < len(known) else f"4.9{n:05}")
        for n in range(count)
    ]


@dataclass
class PortalServer:
    """The portal. ``asked`` holds every request as ("list", cursor) or ("record", id).

    ``at``: when, in seconds of a steady clock. ``stamped``: the list tells when a record changed;
    ``etags``: records carry an ETag.
    ``by_position``: the cursor is a place in the list instead of a record, so that records move
    across pages when the list changes meanwhile. ``port``: where to listen, 0 is any free one.
    """

    records: list[Record] = field(default_factory=list)
    stamped: bool = True
    etags: bool = True
    by_position: bool = False
    page: int | None = None
    rule: Rule = lambda what, body, count: None
    url: str = ""
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    not_modified: int = 0
    _runner: web.AppRunner | None = None

    def of(self, what: str) -> list[str]:
        """The cursors or ids asked for."""
        return [key for kind, key in self.asked if kind == what]

    def forget(self) -> None:
        """Begin the log anew."""
        self.asked.clear()
        self.at.clear()
        self.not_modified = 0

    def _note(self, what: str, key: str) -> None:
        self.asked.append((what, key))
        self.at.append(time.monotonic())

    def record(self, code: str) -> Record:
        """The record of a code, to be changed in place."""
        return next(record for record in self.records if record["code"] == code)

    def change(self, code: str, **parts: Any) -> None:
        """Change a record, as the portal would: its stamp moves too."""
        record = self.record(code)
        record.update(parts, updatedAt=record["updatedAt"] + 1000)

    async def start(self) -> None:
        """Listen on this machine."""
        app = web.Application()
        app.router.add_post(LIST_PATH, self._list)
        app.router.add_post(RECORD_PATH, self._record)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Cut every connection and refuse new ones."""
        if self._runner:
            await self._runner.cleanup()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self._note("list", body["lastId"])
        trouble = self.rule("list", body, len(self.asked))
        if trouble:
            return await _troubled(request, trouble)
        start = self._start(body["lastId"])
        shown = self.records[start : start + min(self.page or body["limit"], body["limit"])]
        end = start + len(shown)
        last = (str(end) if self.by_position else shown[-1]["id"]) if shown else None
        data = {
            "items": [self._line(record) for record in shown],
            "lastId": last if end < len(self.records) else None,
            "total": len(self.records),
        }
        return web.json_response({"code": "OK", "data": data}, status=201)

    def _start(self, cursor: str) -> int:
        if not cursor:
            return 0
        if self.by_position:
            return int(cursor)
        ids = [record.get("id") for record in self.records]
        return ids.index(cursor) + 1

    def _line(self, record: Record) -> Record:
        keys = ["id", "code", "name", "type", *(["updatedAt"] if self.stamped else [])]
        return {key: record[key] for key in keys if key in record}

    async def _record(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self._note("record", body["id"])
        trouble = self.rule("record", body, len(self.asked))
        if trouble:
            return await _troubled(request, trouble)
        found = next((r for r in self.records if r.get("id") == body["id"]), None)
        if found is None:
            return web.json_response({"code": "NOT_FOUND", "data": None}, status=400)
        text = json.dumps({"code": "OK", "data": found})
        headers = {}
        if self.etags:
            headers["ETag"] = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                self.not_modified += 1
                return web.Response(status=304, headers=headers)
        return web.Response(text=text, status=201, headers=headers, content_type="application/json")


async def _troubled(request: web.Request, trouble: Trouble) -> web.StreamResponse:
    if not trouble.cut:
        return web.Response(text=trouble.body, status=trouble.status, headers=trouble.headers)
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": "5000"}
    )
    await response.prepare(request)
    await response.write(b'{"code": "OK", "data": {"id": "')
    assert request.transport
    request.transport.abort()
    return response


@asynccontextmanager
async def portal_server(
    records: Iterable[Record] = (), **options: Any
) -> AsyncIterator[PortalServer]:
    """A running portal with copies of the records."""
    server = PortalServer([copy.deepcopy(record) for record in records], **options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
