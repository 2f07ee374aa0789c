"""Records out of a file: the flattened JSON lines, or a list of procedures in a workbook.

What stands at ``file:line`` and cannot be read is told and the rest goes on.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge_base.portal.book import Form, Kept, Reading, RecordBook, Run, Step
from knowledge_base.portal.convert import is_internal
from knowledge_base.portal.flat import read_flat
from knowledge_base.portal.sheet import read_sheets
from knowledge_base.portal.sync import BATCH, Show, quiet, seed
from knowledge_base.schema import Procedure

LIST_NAME = "Danh sách của cơ quan"
_NEEDED = ("ten_chinh_thuc", "linh_vuc", "cap")  # for a list alone to make a procedure


class FileUnreadable(Exception):
    """The file as a whole cannot be read; the text says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Found:
    """One record of a file and where it stands, as ``file:line``; without a reading: why not."""

    place: str
    reading: Reading | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: how many records of each kind, what changed, what could not be read.
    ``lacking``: rows of a list that say too little by themselves of a procedure nobody knows."""

    run: Run
    kept: Counter[Kept]
    steps: Sequence[Step]
    troubles: Sequence[str]
    internal: int = 0
    lacking: int = 0


def form_of(path: Path) -> Form:
    """The form of a file by its name. Raises :class:`FileUnreadable`."""
    name = path.name.lower()
    if name.endswith((".jsonl", ".jsonl.gz")):
        return Form.FLAT
    if name.endswith(".xlsx"):
        return Form.LIST
    raise FileUnreadable(f"{path}: chỉ đọc được tệp .jsonl, .jsonl.gz hoặc .xlsx.")


def read(path: Path, day: date, source: str = LIST_NAME) -> list[Found]:
    """The records of a file, seen on ``day``, each code once; ``source`` is what citizens read as
    the name of a list. Raises :class:`FileUnreadable`."""
    try:
        found = (
            _read_lines(path, day) if form_of(path) is Form.FLAT else _read_list(path, day, source)
        )
        return list(_once(found))
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnreadable(f"{path}: không đọc được tệp ({error}).") from error


def _read_lines(path: Path, day: date) -> Iterator[Found]:
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            place = f"{path}:{number}"
            if not line.strip():
                continue
            try:
                # Windows editors begin a file with a mark that is no character of it.
                raw = json.loads(line.decode("utf-8-sig").replace("\\u0000", ""))
                if not isinstance(raw, dict):
                    raise ValueError("không phải một bản ghi")
                json.dumps(raw, ensure_ascii=False).encode()  # no database keeps half a character
                yield Found(place, read_flat(raw, day))
            except UnicodeError:
                yield Found(place, trouble="không phải chữ UTF-8")
            except json.JSONDecodeError as error:
                yield Found(place, trouble=f"không phải JSON (ký tự {error.pos + 1})")
            except RecursionError:
                yield Found(place, trouble="các mục lồng nhau quá sâu")
            except ValueError as error:
                yield Found(place, trouble=str(error))


def _read_list(path: Path, day: date, source: str) -> Iterator[Found]:
    rows = 0
    for row in read_sheets(path, day, source):
        rows += row.reading is not None
        yield from (Found(row.place, trouble=trouble) for trouble in row.troubles)
        if row.reading is not None:
            yield Found(row.place, row.reading)
    if not rows:
        yield Found(str(path), trouble="không tìm thấy thủ tục nào: cần một cột mã thủ tục")


def _once(found: Iterable[Found]) -> Iterator[Found]:
    first: dict[str, str] = {}
    for item in found:
        if item.reading is None:
            yield item
            continue
        code = item.reading.code
        if first.setdefault(code, item.place) == item.place:
            yield item
        else:
            yield Found(item.place, trouble=f"mã {code} đã có ở {first[code]}, bỏ qua dòng này")


async def bring_in(
    book: RecordBook,
    found: Sequence[Found],
    form: Form,
    source: str,
    day: date,
    *,
    catalogue: Iterable[Procedure] = (),
    show: Show = quiet,
) -> Imported:
    """Keep the records of a file. One that was killed may simply be run again.

    Raises :class:`~.book.BookError`; what was kept stays.
    """
    async with book.alone():
        await seed(book, catalogue, show)
        run = await book.begin(form, source, day)
        readings = [item.reading for item in found if item.reading is not None]
        public = [reading for reading in readings if not is_internal(reading.code)]
        held = await book.held() if form is Form.LIST else {}
        alone = [r.facts or {} for r in public if form is Form.LIST and r.code not in held]
        lacking = sum(not all(facts.get(key) for key in _NEEDED) for facts in alone)
        kept: Counter[Kept] = Counter()
        for start in range(0, len(public), BATCH):
            show("Nhập bản ghi", start, len(public))
            kept.update(await book.keep_all(run, public[start : start + BATCH]))
        troubles = [f"{item.place}: {item.trouble}" for item in found if item.trouble]
        await book.finish(run, (), {"records": kept.total(), "troubles": len(troubles)})
        internal = len(readings) - len(public)
        return Imported(run, kept, await book.steps(run), troubles, internal, lacking)
