"""Every source of dossiers keeps the same contract: our table on PostgreSQL, and three systems
asked over HTTP, well, slow, failing and malformed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from time import monotonic

import pytest

from actions.dossier_sources import asking
from actions.dossier_sources.asking import Breaker
from actions.dossier_sources.config import Sources, codes_held, open_sources
from actions.dossier_sources.port import DossierSource, SourceUnavailable
from actions.dossier_sources.reading import VIETNAM
from bot.store.dossiers import DossierTable, take_in
from bot.store.pool import Store
from knowledge_base.dossiers.codes import DossierCode, grammar
from knowledge_base.dossiers.dossier import Dossier, Moment
from knowledge_base.dossiers.states import DossierState
from knowledge_base.loader import KnowledgeError
from tests.emulators.one_stop import GROUP, SESSION, TOKEN, OneStop, one_stop

TODAY = date(2026, 11, 23)
KINDS = ("table", "opencps", "truc_quoc_gia", "igate")
ENVIRONMENT = {"KHOA": TOKEN, "PHIEN": SESSION}
FILE = """
- loai: opencps
  ten: Phần mềm một cửa
  ma: [H57]
  dia_chi: {address}/o/rest/v2
  nhom: "{group}"
  khoa_tu: KHOA
  gioi_han: 0.4
  moi_giay: 500
- loai: truc_quoc_gia
  ten: Trục quốc gia
  ma: [H58]
  dia_chi: {address}/truc
  diem_cuoi: tra-cuu
  dstcode: "VN:GOV:1"
  ma_don_vi: H57
  khoa_tu: PHIEN
  gioi_han: 0.4
  moi_giay: 500
- loai: igate
  ten: iGate
  ma: [H59]
  dia_chi: {address}/igate/
  khoa_tu: KHOA
  gioi_han: 0.4
  moi_giay: 500
"""
AGENCY = {"table": "H57", "opencps": "H57", "truc_quoc_gia": "H58", "igate": "H59"}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_PAUSE", 0.01)


@dataclass
class Place:
    """A source, how to put dossiers into it, and the server behind it where there is one."""

    kind: str
    source: DossierSource
    keep: Callable[[Dossier], Awaitable[None]]
    server: OneStop | None


def write(tmp_path: Path, server: OneStop, limit: float = 0.4) -> Path:
    """The file of the sources on a server."""
    path = tmp_path / "nguon.yaml"
    text = FILE.format(address=server.address, group=GROUP)
    path.write_text(text.replace("han: 0.4", f"han: {limit}"), encoding="utf-8")
    return path


@asynccontextmanager
async def joined(tmp_path: Path, limit: float = 0.4) -> AsyncIterator[tuple[OneStop, Sources]]:
    """The server and the sources that ask it."""
    async with one_stop() as server:
        sources = open_sources(write(tmp_path, server, limit), ENVIRONMENT)
        try:
            yield server, sources
        finally:
            await sources.aclose()


@pytest.fixture(params=KINDS)
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, embedded_conninfo: str
) -> AsyncIterator[Place]:
    """Each kind of source."""
    kind = str(request.param)
    if kind != "table":
        async with joined(tmp_path, 8) as (server, sources):  # however busy the machine is

            async def tell(dossier: Dossier) -> None:
                server.keep(dossier)

            yield Place(kind, sources.by_code[AGENCY[kind]], tell, server)
        return
    store = Store(embedded_conninfo)
    await store.open()

    async def insert(dossier: Dossier) -> None:
        async with store.transaction() as con:
            await take_in(con, [(read(dossier.code), dossier)])

    yield Place(kind, DossierTable(store), insert, None)
    await store.close()


def read(code: str) -> DossierCode:
    """A code as it is printed."""
    return grammar().find(code, TODAY).codes[0]


def sample(kind: str, state: DossierState = DossierState.PROCESSING) -> Dossier:
    """A dossier that every kind of system can tell of."""
    return Dossier(
        code=f"{AGENCY[kind]}.132-261116-0583",
        state=state,
        seen=datetime(2026, 11, 23, 9, tzinfo=VIETNAM),
        source="x",
        procedure="1.001193",
        title="Thủ tục đăng ký khai sinh",
        received=date(2026, 11, 16),
        promised=date(2026, 11, 27),
        amount=8000,
        wanted=("Tờ khai có chữ ký",) if state is DossierState.SUPPLEMENT else (),
        moments=(Moment(datetime(2026, 11, 16, 9, 5, tzinfo=VIETNAM), DossierState.RECEIVED),),
    )


async def test_a_dossier_is_found_with_its_state_and_promised_day(place: Place) -> None:
    known = sample(place.kind)
    await place.keep(known)
    found = await place.source.find(read(known.code))
    assert found is not None
    assert (found.code, found.state) == (known.code, known.state)
    assert (found.procedure, found.title) == (known.procedure, known.title)
    assert found.promised == known.promised
    assert found.seen.tzinfo is not None
    assert found.source
    assert "Nguyễn" not in repr(found)  # nobody's name, whatever the system sends


@pytest.mark.parametrize("state", DossierState)
async def test_every_state_is_understood(place: Place, state: DossierState) -> None:
    known = sample(place.kind, state)
    await place.keep(known)
    found = await place.source.find(read(known.code))
    assert found is not None
    assert found.state is state
    if state is DossierState.SUPPLEMENT and place.kind != "igate":
        assert found.wanted == known.wanted


async def test_a_code_that_is_not_there_is_none(place: Place) -> None:
    await place.keep(sample(place.kind))
    assert await place.source.find(read(f"{AGENCY[place.kind]}.132-261116-0584")) is None


async def test_many_may_ask_at_a_time(place: Place) -> None:
    known = sample(place.kind)
    await place.keep(known)
    found = await asyncio.gather(*(place.source.find(read(known.code)) for _ in range(20)))
    assert all(one is not None and one.code == known.code for one in found)


WRONG: list[int | str] = [500, 503, 429, 401, 404, "slow", "cut", "page", "odd", "garbled", "huge"]


@pytest.mark.parametrize("trouble", WRONG)
@pytest.mark.parametrize("kind", KINDS[1:])
async def test_a_system_in_trouble_is_unavailable_and_soon(
    tmp_path: Path, kind: str, trouble: int | str
) -> None:
    async with joined(tmp_path) as (server, sources):
        server.keep(sample(kind))
        server.trouble = trouble
        began = monotonic()
        with pytest.raises(SourceUnavailable) as raised:
            await sources.by_code[AGENCY[kind]].find(read(sample(kind).code))
        assert monotonic() - began < 3
        assert "0583" not in str(raised.value)  # the log learns nothing of a dossier


@pytest.mark.parametrize("trouble", [503, "cut", "slow"])
async def test_one_failure_is_made_good_by_the_second_try(
    tmp_path: Path, trouble: int | str
) -> None:
    async with joined(tmp_path) as (server, sources):
        server.keep(sample("igate"))
        server.trouble, server.times = trouble, 1
        assert await sources.by_code["H59"].find(read(sample("igate").code)) is not None
        assert len(server.asked) == 2


async def test_a_system_that_keeps_failing_is_left_alone(tmp_path: Path) -> None:
    async with joined(tmp_path) as (server, sources):
        server.trouble = 500
        for _ in range(6):
            with pytest.raises(SourceUnavailable):
                await sources.by_code["H59"].find(read(sample("igate").code))
        assert len(server.asked) == 5


async def test_one_that_nobody_can_wait_for_is_left_alone_too(tmp_path: Path) -> None:
    async with one_stop() as server:
        code = read(sample("igate").code)
        sources = open_sources(write(tmp_path, server, 30), ENVIRONMENT)
        server.trouble = "slow"
        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):  # as a citizen is kept waiting so long at most
                    await sources.by_code["H59"].find(code)
        with pytest.raises(SourceUnavailable):
            await sources.by_code["H59"].find(code)
        assert len(server.asked) == 5
        await sources.aclose()


def test_after_a_rest_one_tries_for_all() -> None:
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    for _ in range(5):
        breaker.admit()
        breaker.ended(well=False)
    with pytest.raises(SourceUnavailable):
        breaker.admit()
    now[0] = 16.0
    breaker.admit()
    with pytest.raises(SourceUnavailable):  # while that one is still asking
        breaker.admit()
    breaker.ended(well=True)
    breaker.admit()


async def test_no_more_is_asked_in_a_second_than_the_system_allows(tmp_path: Path) -> None:
    async with one_stop() as server:
        path = write(tmp_path, server)
        path.write_text(path.read_text("utf-8").replace("moi_giay: 500", "moi_giay: 20"), "utf-8")
        sources = open_sources(path, ENVIRONMENT)
        began = monotonic()
        code = read(sample("igate").code)
        await asyncio.gather(*(sources.by_code["H59"].find(code) for _ in range(5)))
        assert monotonic() - began >= 4 / 20
        await sources.aclose()


async def test_the_head_that_citizens_leave_out_is_put_before_the_code(tmp_path: Path) -> None:
    async with one_stop() as server:
        path = write(tmp_path, server)
        headed = path.read_text("utf-8").replace("ma: [H59]", 'ma: [H59]\n  dau: "000.00.69"')
        path.write_text(headed, "utf-8")
        whole = replace(sample("igate"), code="000.00.69." + sample("igate").code)
        server.keep(whole)
        sources = open_sources(path, ENVIRONMENT)
        for written in (whole.code, sample("igate").code):
            found = await sources.by_code["H59"].find(read(written))
            assert found is not None
            assert found.code == whole.code
        await sources.aclose()


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("loai: igate", "loai: zalo", 20, "loai"),
        ("ma: [H59]", "ma: [H57]", 22, "đã có nơi khác giữ"),
        ("khoa_tu: PHIEN", "khoa_tu: KHONG_CO", 17, "KHONG_CO"),
        ("gioi_han: 0.4", "gioi_han: -1", 8, "gioi_han"),
        ("nhom:", "nhomm:", 6, "nhomm"),
    ],
)
def test_a_broken_file_is_told_by_its_line(
    tmp_path: Path, before: str, after: str, line: int, words: str
) -> None:
    path = tmp_path / "nguon.yaml"
    text = FILE.format(address="http://127.0.0.1:1", group=GROUP).replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as raised:
        open_sources(path, ENVIRONMENT)
    assert f"nguon.yaml:{line}:" in str(raised.value)
    assert words in str(raised.value)


def test_without_a_file_there_are_no_sources() -> None:
    assert open_sources(None, {}).by_code == {}


async def test_the_codes_are_told_without_opening_anything(tmp_path: Path) -> None:
    async with joined(tmp_path) as (_, sources):
        held = codes_held(tmp_path / "nguon.yaml", ENVIRONMENT)
        assert held == tuple(sorted(sources.by_code))
        assert "H59" in held


async def test_what_cannot_be_kept_is_left_out(tmp_path: Path) -> None:
    async with joined(tmp_path) as (server, sources):
        known = replace(sample("opencps"), title="Khai\0 sinh \x01\ud800", agency="\0")
        server.keep(known)
        found = await sources.by_code["H57"].find(read(known.code))
        assert found is not None
        assert (found.title, found.agency) == ("Khai sinh", None)


async def test_the_newest_promise_holds(tmp_path: Path) -> None:
    async with joined(tmp_path) as (server, sources):
        known = replace(sample("opencps"), again=date(2026, 12, 4))
        server.keep(known)
        found = await sources.by_code["H57"].find(read(known.code))
        assert found is not None
        assert found.due == date(2026, 12, 4)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"nowhere\.yaml:1: DOSSIER_SOURCES: không mở được"):
        open_sources(tmp_path / "nowhere.yaml", ENVIRONMENT)
