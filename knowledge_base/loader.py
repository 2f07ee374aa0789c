"""Reads the curated files and the catalogue into one frozen :class:`Knowledge`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from knowledge_base import guide_names, guide_signs
from knowledge_base.checked import checked, details
from knowledge_base.guide_graph import GuideFile, broken
from knowledge_base.guide_signs import Signs
from knowledge_base.guides import Guide
from knowledge_base.life_events import LifeEvent
from knowledge_base.problems import Loc, Problem, errors_of, field_name, translate
from knowledge_base.province_fees import FOLDER as PROVINCES_FOLDER
from knowledge_base.province_fees import ProvinceFees, differs
from knowledge_base.schema import Manner, Procedure
from knowledge_base.yaml_lines import Document, read_yaml

PACKAGE = Path(__file__).resolve().parent
PROCEDURES_FOLDER = "procedures"
EVENTS_FOLDER = "life_events"
GUIDES_FOLDER = "guides"
CATALOGUE_FILE = "catalogue.jsonl"
_Named = TypeVar("_Named", LifeEvent, Guide)


class KnowledgeError(Exception):
    """The knowledge cannot be used; ``problems`` holds every error, the message lists them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"Kho kiến thức có {len(self.problems)} lỗi, chưa chạy được:\n{lines}")


@dataclass(frozen=True)
class News:
    """What the portal did to a procedure after the day that its file, or its entry, rests on.

    ``changed``: parts of the file (``le_phi`` …) and the day each was seen to be another;
    ``withdrawn``: the day it was seen to be no longer published.
    """

    changed: Mapping[str, date] = field(default_factory=dict)
    withdrawn: date | None = None


@dataclass(frozen=True)
class Knowledge:
    """All procedures. ``catalogue`` is the whole catalogue, also what curated files cover.

    ``provinces``: fees that provinces set, where they are known. ``news``: by the main code of a
    curated procedure, most of which have none, and by every code no longer served.
    ``events``: life events, which lead to procedures. ``guides``: what is done step by step.
    """

    curated: tuple[Procedure, ...]
    catalogue: tuple[Procedure, ...]
    provinces: tuple[ProvinceFees, ...] = ()
    news: Mapping[str, News] = field(default_factory=dict)
    events: tuple[LifeEvent, ...] = ()
    guides: tuple[Guide, ...] = ()

    @cached_property
    def _by_code(self) -> Mapping[str, Procedure]:
        found = {p.code: p for p in self.catalogue}
        found.update({code: p for p in self.curated for code in p.codes})
        return found

    @cached_property
    def procedures(self) -> tuple[Procedure, ...]:
        """What is served: the curated ones first, then the catalogue's others, by code."""
        covered = {code for p in self.curated for code in p.codes}
        return (*self.curated, *(p for p in self.catalogue if p.code not in covered))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields (lĩnh vực), each once, sorted."""
        return tuple(sorted({p.field for p in self.procedures}))

    def by_code(self, code: str) -> Procedure | None:
        """The procedure of a code such as ``1.001193``; a curated one wins."""
        return self._by_code.get(code)

    def at(self, code: str, day: date, province: str | None = None) -> Procedure | None:
        """What holds of a procedure on ``day``, with the fees of the ``province`` (its code)."""
        found = self.by_code(code)
        if found is None:
            return None
        found = found.on(day)
        fees = next((p for p in self.provinces if p.code == province), None)
        return fees.applied(found, day) if fees else found

    def province_matters(self, procedure: Procedure, day: date) -> bool:
        """Whether its fee is another one in some province, as far as is known."""
        return differs(procedure, day, self.provinces)

    @cached_property
    def _events(self) -> Mapping[str, LifeEvent]:
        return {event.id: event for event in self.events}

    @cached_property
    def _guides(self) -> Mapping[str, Guide]:
        return {guide.id: guide for guide in self.guides}

    @cached_property
    def _guides_by_name(self) -> Mapping[str, Guide]:
        return guide_names.by_form(self.guides)

    @cached_property
    def _guides_by_code(self) -> Mapping[str, Guide]:
        return {code: guide for guide in reversed(self.guides) for code in guide.procedures}

    @cached_property
    def _general_guides(self) -> Mapping[Manner, Guide]:
        return {guide.general: guide for guide in self.guides if guide.general}

    def event(self, code: str) -> LifeEvent | None:
        """The life event of an id such as ``vua-sinh-con``; no procedure's code is one."""
        return self._events.get(code)

    def guide(self, id: str) -> Guide | None:
        """The guide of an id such as ``cai-vneid``."""
        return self._guides.get(id)

    def guide_named(self, text: str) -> Guide | None:
        """The guide that a message asks for by its name."""
        return guide_names.named(text, self._guides_by_name)

    @cached_property
    def guide_signs(self) -> Signs:
        """What in other words tells which guide is asked for."""
        return guide_signs.load()

    def guide_for(self, procedure: Procedure) -> Guide | None:
        """The guide that carries a procedure out; else the general one of how it is handed in,
        online where that is possible."""
        for code in procedure.codes:
            if own := self._guides_by_code.get(code):
                return own
        ways = {way.manner for way in procedure.submissions}
        general = (self._general_guides.get(m) for m in (Manner.ONLINE, Manner.DIRECT) if m in ways)
        return next(filter(None, general), None)

    def name_of(self, code: str) -> str | None:
        """What a procedure or a life event is called in plain words."""
        found = self.by_code(code)
        event = self.event(code) if found is None else None
        return event.title if event else found.name if found else None


@dataclass(frozen=True)
class CuratedFile:
    """One file under ``procedures/``; ``procedure`` is None when the file is broken."""

    document: Document
    procedure: Procedure | None


@dataclass(frozen=True)
class ProvinceFile:
    """One file under ``province_fees/``; ``fees`` is None when the file is broken."""

    document: Document
    fees: ProvinceFees | None


@dataclass(frozen=True)
class EventFile:
    """One file under ``life_events/``; ``event`` is None when the file is broken."""

    document: Document
    event: LifeEvent | None


@dataclass(frozen=True)
class Reading:
    """Everything read from one root, with every problem met on the way."""

    root: Path
    files: tuple[CuratedFile, ...] = ()
    catalogue: tuple[Procedure, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    provinces: tuple[ProvinceFile, ...] = ()
    events: tuple[EventFile, ...] = ()
    guides: tuple[GuideFile, ...] = ()

    @property
    def knowledge(self) -> Knowledge:
        """What could be read; only to be served when there is no error."""
        curated = tuple(f.procedure for f in self.files if f.procedure is not None)
        provinces = tuple(f.fees for f in self.provinces if f.fees is not None)
        events = tuple(f.event for f in self.events if f.event is not None)
        curated = tuple(sorted(curated, key=lambda p: p.code))
        guides = tuple(f.guide for f in self.guides if f.guide is not None)
        return Knowledge(curated, self.catalogue, provinces, events=events, guides=guides)


def load(root: Path = PACKAGE) -> Knowledge:
    """Load the procedures, life events, guides, provincial fees and the catalogue under ``root``.

    Raises :class:`KnowledgeError` with all errors as ``file:line: field: message``.
    """
    reading = read(root)
    errors = errors_of(reading.problems)
    if errors:
        raise KnowledgeError(errors)
    return reading.knowledge


def load_problems(root: Path = PACKAGE) -> list[Problem]:
    """The problems that keep :func:`load` from working, sorted by place; empty when none."""
    return errors_of(read(root).problems)


def read(root: Path = PACKAGE) -> Reading:
    """Read all files under ``root`` without raising on bad content."""
    problems: list[Problem] = []
    files = tuple(_read_curated(root / PROCEDURES_FOLDER, problems))
    catalogue = tuple(_read_catalogue(root / CATALOGUE_FILE, problems))
    provinces = tuple(_read_provinces(root / PROVINCES_FOLDER, problems))
    events = tuple(_read_events(root / EVENTS_FOLDER, problems))
    guides = tuple(_read_guides(root / GUIDES_FOLDER, problems))
    problems.extend(_repeated_codes(files))
    known = {p.code for p in catalogue}
    known |= {code for f in files if f.procedure for code in f.procedure.codes}
    problems.extend(problem for file in events for problem in _unknown_steps(file, known))
    named = {f.guide.id: f.guide for f in guides if f.guide is not None}
    problems.extend(problem for file in guides for problem in broken(file, named, known))
    if not files and not catalogue:
        problems.append(
            Problem(root / PROCEDURES_FOLDER, 1, field_name(()), "không có thủ tục nào để đọc")
        )
    return Reading(root, files, catalogue, tuple(problems), provinces, events, guides)


def _read_curated(folder: Path, problems: list[Problem]) -> Iterator[CuratedFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        if path.suffix != ".yaml":
            problems.append(Problem(path, 1, field_name(()), "tệp thủ tục phải có đuôi .yaml"))
            continue
        file = read_file(path)
        problems.extend(file[1])
        yield file[0]


def read_file(path: Path) -> tuple[CuratedFile, list[Problem]]:
    """Read one curated file: the file and all that is wrong with it by the schema."""
    document = read_yaml(path)
    procedure, problems = checked(document, Procedure)
    problems += _references(document)
    if procedure is not None and not procedure.curated:
        problems.append(document.problem(("bien_soan",), "tệp biên soạn không được ghi false"))
    return CuratedFile(document, procedure if not problems else None), problems


def _read_provinces(folder: Path, problems: list[Problem]) -> Iterator[ProvinceFile]:
    for path in sorted(folder.glob("*")):
        document = read_yaml(path)
        fees, wrong = checked(document, ProvinceFees)
        wrong += _references(document, ("nguon",))
        if path.suffix != ".yaml" or (fees and not path.name.startswith(f"{fees.code}-")):
            message = "tên tệp phải là <mã tỉnh>-<tên không dấu>.yaml, ví dụ 01-ha-noi.yaml"
            wrong.append(document.problem(("tinh",), message))
        problems.extend(wrong)
        yield ProvinceFile(document, fees if not wrong else None)


def _read_events(folder: Path, problems: list[Problem]) -> Iterator[EventFile]:
    for document, event in _named_by_file(folder, LifeEvent, problems):
        yield EventFile(document, event)


def _read_guides(folder: Path, problems: list[Problem]) -> Iterator[GuideFile]:
    for document, guide in _named_by_file(folder, Guide, problems):
        yield GuideFile(document, guide)


def _named_by_file(
    folder: Path, shape: type[_Named], problems: list[Problem]
) -> Iterator[tuple[Document, _Named | None]]:
    """The files of a folder, each with what it holds, whose id is the file's name; None where it is
    broken."""
    for path in sorted(p for p in folder.glob("*") if p.is_file()):
        document = read_yaml(path)
        found, wrong = checked(document, shape)
        if path.suffix != ".yaml" or (found is not None and found.id != path.stem):
            wrong.append(document.problem(("id",), f"id phải là tên tệp: {path.stem}.yaml"))
        problems.extend(wrong)
        yield document, found if not wrong else None


def _unknown_steps(file: EventFile, known: set[str]) -> Iterator[Problem]:
    """Codes that lead nowhere: a citizen would press a button in vain."""
    for index, step in enumerate(file.event.steps if file.event else ()):
        places: list[tuple[Loc, str]] = [(("viec", index, "ma"), step.code)] if step.code else []
        places += [(("viec", index, "chon", n, "ma"), o.code) for n, o in enumerate(step.options)]
        places += [(("viec", index, "gom", n), code) for n, code in enumerate(step.together)]
        for place, code in places:
            if code not in known:
                yield file.document.problem(
                    place, f"mã {code} không có trong danh mục lẫn trong các tệp biên soạn"
                )


def _references(
    document: Document, groups: Sequence[str] = ("truong_hop", "nguon")
) -> Iterator[Problem]:
    """Cases and sources (``groups``) named by a fact but not declared, and those declared twice.

    Looks at the raw data: pydantic checks references only after all else is right, and
    an official wants to see everything at once.
    """
    data = document.data
    if not isinstance(data, dict):
        return
    for group in groups:
        declared: set[str] = set()
        for index, entry in enumerate(_entries(data.get(group))):
            name = entry.get("id")
            if isinstance(name, str):
                if name in declared:
                    yield document.problem((group, index, "id"), f"id '{name}' đã dùng ở trên")
                declared.add(name)
        for key, value in data.items():
            if key in ("truong_hop", "nguon"):
                continue
            for index, fact in enumerate(_entries(value)):
                name = fact.get(group)
                if isinstance(name, str) and name not in declared:
                    yield document.problem(
                        (str(key), index, group),
                        f"'{name}' chưa khai trong mục {group} của tệp",
                    )


def _entries(value: Any) -> list[dict[Any, Any]]:
    """The entries of a list of mappings, in place; anything else counts as an empty entry."""
    if not isinstance(value, list):
        return []
    return [entry if isinstance(entry, dict) else {} for entry in value]


def _read_catalogue(path: Path, problems: list[Problem]) -> Iterator[Procedure]:
    if not path.exists():
        return
    seen: dict[str, int] = {}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                procedure = Procedure.model_validate_json(line)
            except ValidationError as error:
                problems += [
                    Problem(path, number, field_name(detail["loc"]), translate(detail))
                    for detail in details(error)
                ]
                continue
            first = seen.setdefault(procedure.code, number)
            if first != number:
                message = f"mã {procedure.code} đã có ở dòng {first}"
                problems.append(Problem(path, number, "ma[1]", message))
            yield procedure


def _repeated_codes(files: Iterable[CuratedFile]) -> Iterator[Problem]:
    """A code claimed twice, told at both places (also twice within one file)."""
    claims: dict[str, list[tuple[Document, Loc]]] = {}
    for file in files:
        data = file.document.data
        codes = data.get("ma") if isinstance(data, dict) else None
        for index, code in enumerate(codes if isinstance(codes, list) else []):
            claims.setdefault(str(code), []).append((file.document, ("ma", index)))
    for code, places in claims.items():
        for document, loc in places:
            others = [d.path.name for d, place in places if (d, place) != (document, loc)]
            if others:
                yield document.problem(loc, f"mã {code} khai trùng với {', '.join(others)}")
