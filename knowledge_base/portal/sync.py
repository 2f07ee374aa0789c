"""One synchronisation: walk the list, fetch what is new or changed, mark what is gone.

Everything is written as it comes, so that a run that was cut, killed or stopped goes on where it
was. A record counts as gone only after two whole walks through the list without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from knowledge_base.portal.book import (
    Form,
    Held,
    Line,
    OpenLine,
    Reading,
    RecordBook,
    Run,
    Step,
)
from knowledge_base.portal.client import (
    Portal,
    PortalAsksToWait,
    PortalBusy,
    PortalRefused,
    RecordUnreadable,
)
from knowledge_base.portal.convert import convert, is_internal
from knowledge_base.schema import Procedure

MOST_WALKS = 3
# A list that lacks more than this share of what is known, and more than these, is not believed.
SHORT_SHARE, SHORT_LEAST = 0.1, 20
# So many records in a row that cannot be had mean that the portal is at fault, not they.
MOST_UNREADABLE, MOST_BUSY = 20, 3
BATCH = 250  # records of one transaction, where many come at once

Show = Callable[[str, int, int | None], None]  # what is being done, how many are done, of how many


def quiet(_what: str, _done: int, _total: int | None) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a synchronisation did. ``fetched`` and ``requests`` are of this process, the rest of the
    whole run. ``complete``: the list was seen whole. ``missing``: how many known records it lacks;
    ``doubt``: why they were not marked as gone, empty where they were."""

    run: Run
    steps: Sequence[Step]
    listed: int
    internal: int
    fetched: int
    requests: int
    troubled: Sequence[OpenLine] = ()
    doubles: Sequence[Line] = ()
    complete: bool = True
    missing: int = 0
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where the walk through the list stands. ``even``: the portal gave one total throughout."""

    number: int = 1
    after: str | None = None
    total: int | None = None
    odd: int = 0
    even: bool = True
    ended: bool = False
    complete: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """The lines sorted by what is to be done with them."""

    fetch: list[Line] = field(default_factory=list)
    confirm: list[Line] = field(default_factory=list)
    doubles: list[Line] = field(default_factory=list)
    internal: list[Line] = field(default_factory=list)
    done: int = 0


async def synchronise(
    portal: Portal,
    book: RecordBook,
    source: str,
    day: date,
    *,
    catalogue: Iterable[Procedure] = (),
    fresh: bool = False,
    trust_short: bool = False,
    show: Show = quiet,
) -> Outcome:
    """Bring ``book`` to what the portal says on ``day``.

    ``source`` names the portal; an unfinished run of the same source is gone on with unless
    ``fresh``, which also asks for every record anew. ``catalogue`` is what is known without the
    portal: the first run is compared with it. ``trust_short``: believe a list however short.

    Raises :class:`~.client.PortalError` and :class:`~.book.BookError`; what was kept stays.
    """
    async with book.alone():
        await seed(book, catalogue, show)
        run = await book.begin(Form.API, source, day, fresh=fresh)
        work = _Work(portal, book, run, show)
        walk = await work.walk()
        held = {} if fresh else await book.held()
        plan = _plan(await book.lines(run), held)
        await work.carry_out(plan, held)
        lines = await book.lines(run)
        known = [h for h in (await book.held()).values() if not h.gone]
        missing = _missing(known, lines)
        doubt = _doubt(walk, len(missing), len(known), trust_short)
        report = {"listed": len(lines), "missing": len(missing), "doubt": doubt}
        await book.finish(run, [] if doubt else missing, report)
        return Outcome(
            run=run,
            steps=await book.steps(run),
            listed=len(lines),
            internal=len(plan.internal),
            fetched=work.fetched,
            requests=portal.requests,
            troubled=[line for line in lines if line.trouble and not line.done],
            doubles=plan.doubles,
            complete=walk.complete,
            missing=len(missing),
            doubt=doubt,
        )


async def seed(book: RecordBook, catalogue: Iterable[Procedure], show: Show = quiet) -> None:
    """Put the catalogue that comes with the program under everything else, once per issue."""
    procedures = list(catalogue)
    if not procedures:
        return
    day = max(procedure.sources[0].day for procedure in procedures)
    there = await book.newest(Form.CATALOGUE)
    if there is not None and there >= day:
        return
    run = await book.begin(Form.CATALOGUE, "catalogue.jsonl", day)
    for start in range(0, len(procedures), BATCH):
        show("Lấy danh mục đi kèm làm mốc", start, len(procedures))
        dumped = [
            (p.code, p.model_dump(mode="json", by_alias=True, exclude_defaults=True))
            for p in procedures[start : start + BATCH]
        ]
        await book.keep_all(run, [Reading(code, Form.CATALOGUE, x, x) for code, x in dumped])
    await book.finish(run)


@dataclass
class _Work:
    """One process at one run."""

    portal: Portal
    book: RecordBook
    run: Run
    show: Show
    fetched: int = 0
    unreadable: int = 0  # in a row
    busy: int = 0  # in a row

    async def walk(self) -> _Walk:
        """Walk through the list until it has been seen whole, or often enough."""
        walk = _Walk(**self.run.progress)
        met = {x.line.id for x in await self.book.lines(self.run) if x.walk == walk.number}
        cursors: set[str] = set()
        while not walk.settled:
            if walk.ended:
                walk = await self._ended(walk, len(met))
                met.clear()
                cursors.clear()
                continue
            page = await self.portal.page(walk.after)
            looped = page.after in cursors
            cursors.add(page.after or "")
            met |= {line.id for line in page.lines}
            walk = replace(
                walk,
                after=None if looped else page.after,
                total=page.total,
                odd=walk.odd + page.odd,
                even=walk.even and not looped and walk.total in (None, page.total),
                ended=looped or page.after is None,
            )
            await self.book.add_lines(self.run, page.lines, walk.number, asdict(walk))
            self.show(f"Đọc danh sách, lượt {walk.number}", len(met), walk.total)
        return walk

    async def _ended(self, walk: _Walk, met: int) -> _Walk:
        """What follows a walk: the next one, or the end."""
        lines = await self.book.lines(self.run)
        known = [h for h in (await self.book.held()).values() if not h.gone]
        complete = walk.even and met > 0 and met + walk.odd >= (walk.total or 0)
        again = not complete or (walk.number == 1 and bool(_missing(known, lines)))
        if again and walk.number < MOST_WALKS:
            walk = _Walk(walk.number + 1)
        else:
            walk = replace(walk, complete=complete, settled=True)
        await self.book.add_lines(self.run, (), walk.number, asdict(walk))
        return walk

    async def carry_out(self, plan: _Plan, held: Mapping[str, Held]) -> None:
        """Confirm what the list proves, fetch the rest one by one."""
        for start in range(0, len(plan.confirm), BATCH):
            await self.book.confirm(self.run, plan.confirm[start : start + BATCH])
        by_id = {h.id: h for h in held.values() if h.form is Form.API and not h.gone}
        total = plan.done + len(plan.fetch)
        for done, line in enumerate(plan.fetch, start=plan.done + 1):
            try:
                await self._fetch(line, by_id.get(line.id))
            except (RecordUnreadable, PortalBusy) as error:
                await self.book.set_aside(self.run, line, str(error))
                self._count(error)
            else:
                self.unreadable = self.busy = 0
            self.show("Lấy bản ghi", done, total)

    async def _fetch(self, line: Line, kept: Held | None) -> None:
        answer = await self.portal.record(line.id, kept.etag if kept else None)
        if answer.raw is None:
            code = kept.code if kept else line.code
            await self.book.confirm(self.run, [replace(line, code=code)])
            return
        self.fetched += 1
        reading = convert(answer.raw, line, self.run.day)
        if is_internal(reading.code):
            await self.book.confirm(self.run, [line])  # nothing is kept of it
        else:
            await self.book.keep(self.run, reading, line, answer.etag)

    def _count(self, error: RecordUnreadable | PortalBusy) -> None:
        """One more record that could not be had. Raises when it is not the record's fault."""
        if isinstance(error, PortalBusy):
            self.busy += 1
            if self.busy == MOST_BUSY or isinstance(error, PortalAsksToWait):
                raise error
            return
        self.unreadable += 1
        if self.unreadable == MOST_UNREADABLE:
            raise PortalRefused(
                f"{self.unreadable} bản ghi liền nhau không đọc được, nên dừng lại. Cổng có thể "
                "đã đổi giao diện; hãy báo người phụ trách. Phần đã lấy vẫn còn."
            ) from error


def _plan(lines: Sequence[OpenLine], held: Mapping[str, Held]) -> _Plan:
    plan = _Plan(done=sum(line.done for line in lines))
    by_id = {h.id: h for h in held.values()}
    chosen: dict[str, str] = {}
    for found in lines:
        code = found.line.code
        kept = held.get(code)
        if code and (code not in chosen or (kept and kept.id == found.line.id)):
            chosen[code] = found.line.id
    for found in lines:
        line = found.line
        kept = by_id.get(line.id)
        if line.code and is_internal(line.code):
            plan.internal.append(line)
        elif line.code and chosen[line.code] != line.id:
            plan.doubles.append(line)
        elif found.done:
            continue
        elif kept and _holds(kept, line):
            plan.confirm.append(replace(line, code=kept.code))
        else:
            plan.fetch.append(line)
    return plan


def _holds(kept: Held, line: Line) -> bool:
    """Whether the list alone proves that the record is as it was when it was last fetched."""
    return kept.form is Form.API and not kept.gone and line.stamped and kept.line == line.digest


def _missing(known: Iterable[Held], lines: Sequence[OpenLine]) -> list[str]:
    """Codes in the book that the list has neither by code nor by id."""
    codes = {found.line.code for found in lines}
    ids = {found.line.id for found in lines}
    return sorted(h.code for h in known if h.code not in codes and h.id not in ids)


def _doubt(walk: _Walk, missing: int, known: int, trust_short: bool) -> str:
    """Why the list is no proof that what it lacks is gone; empty when it is one."""
    if not missing:
        return ""
    if not walk.complete:
        return "danh sách trên Cổng đổi trong lúc đọc hoặc thiếu trang"
    if missing > max(SHORT_LEAST, SHORT_SHARE * known) and not trust_short:
        return f"danh sách trên Cổng ngắn bất thường: thiếu {missing} trong {known} mã đã biết"
    return ""
