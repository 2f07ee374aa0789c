"""What keeps a guide from being walked: words that lead nowhere, circles, steps nobody reaches."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knowledge_base.guides import MOST_TEXT, RESERVED, Ending, Guide, Screen, Step
from knowledge_base.phrases import DEFAULT_ADDRESS
from knowledge_base.problems import Loc, Problem, did_you_mean
from knowledge_base.yaml_lines import Document

PICTURES = "hinh"
GENERIC = "thủ tục cần làm"  # what {thu_tuc} is where no procedure was named
FILLED = {
    "ong_ba": DEFAULT_ADDRESS, "Ong_ba": DEFAULT_ADDRESS.capitalize(), "thu_tuc": GENERIC,
}  # fmt: skip


@dataclass(frozen=True)
class GuideFile:
    """One file under ``guides/``; ``guide`` is None when the file is broken."""

    document: Document
    guide: Guide | None


def broken(file: GuideFile, guides: Mapping[str, Guide], codes: set[str]) -> Iterator[Problem]:
    """All that would lead a citizen nowhere in one guide.

    Args:
        file: the guide as it was read.
        guides: every guide that could be read, by id.
        codes: codes of all procedures.
    """
    if file.guide is None:
        return
    look = _Look(file.document, file.guide)
    wrong = [*look.ids(), *look.texts(), *look.pictures(), *look.targets(guides, codes)]
    yield from wrong
    if not wrong:
        yield from look.paths(guides)


def calls(guide: Guide) -> Iterator[tuple[Loc, str]]:
    """The guides that this one calls, and where."""
    for loc, screen in screens(guide):
        for n, choice in enumerate(screen.choices):
            if choice.call:
                yield (*loc, "chon", n, "goi"), choice.call


def screens(guide: Guide) -> Iterator[tuple[Loc, Screen]]:
    """Every step and trouble with its place in the file."""
    for index, step in enumerate(guide.steps):
        yield ("buoc", index), step
        for n, trouble in enumerate(step.troubles):
            yield ("buoc", index, "su_co", n), trouble


class _Look:
    """One guide and its file."""

    def __init__(self, document: Document, guide: Guide) -> None:
        self._problem = document.problem
        self._path = document.path
        self._guide = guide

    def ids(self) -> Iterator[Problem]:
        """Ids that are taken: by another screen, by another choice, by the program."""
        seen: set[str] = set()
        for loc, screen in screens(self._guide):
            if screen.id in seen:
                yield self._problem((*loc, "id"), f"id '{screen.id}' đã dùng ở trên")
            seen.add(screen.id)
            own = {t.id for t in screen.troubles} if isinstance(screen, Step) else set()
            for n, choice in enumerate(screen.choices):
                if choice.id in own:
                    yield self._problem((*loc, "chon", n, "id"), f"id '{choice.id}' đã dùng")
                own.add(choice.id)
            for n, choice in enumerate(screen.choices):
                if choice.id in RESERVED:
                    message = f"id '{choice.id}' máy đã dùng, xin đặt tên khác"
                    yield self._problem((*loc, "chon", n, "id"), message)
            if screen.id in RESERVED and not isinstance(screen, Step):
                yield self._problem((*loc, "id"), f"id '{screen.id}' máy đã dùng")

    def texts(self) -> Iterator[Problem]:
        """Places to be filled that nothing fills, and texts that are too long once filled."""
        for loc, screen in screens(self._guide):
            seen = screen.seen if isinstance(screen, Step) else None
            parts = [("loi", screen.text), ("ngan", screen.short), ("thay", seen)]
            wrong = [p for key, text in parts if text for p in self._braces((*loc, key), text)]
            yield from wrong
            if wrong:
                continue
            said = sum(len(t.format(**FILLED)) for k, t in parts if t and k != "ngan")
            room = MOST_TEXT - (len("\nÔng/bà sẽ thấy: ") if seen else 0)
            if said > room:
                message = f"dài quá: loi và thay có {said} ký tự, nhiều nhất {room}"
                yield self._problem((*loc, "loi"), message)

    def _braces(self, loc: Loc, text: str) -> Iterator[Problem]:
        try:
            named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError:
            yield self._problem(loc, "dấu ngoặc nhọn { } không khớp nhau")
            return
        for name in sorted(named - set(FILLED)):
            message = f"trong ngoặc nhọn chỉ ghi một trong: {', '.join(FILLED)}; không ghi '{name}'"
            yield self._problem(loc, message)

    def pictures(self) -> Iterator[Problem]:
        """Pictures that are named and do not lie there."""
        folder = self._path.parent / PICTURES
        for loc, screen in screens(self._guide):
            if screen.picture and not (folder / screen.picture.file).is_file():
                place = (*loc, "hinh", "tep")
                yield self._problem(place, f"không có tệp {PICTURES}/{screen.picture.file}")

    def targets(self, guides: Mapping[str, Guide], codes: set[str]) -> Iterator[Problem]:
        """Steps, guides, procedures and sources that are named and do not exist."""
        guide = self._guide
        steps = [step.id for step in guide.steps]
        sources = [source.id for source in guide.sources]
        named: list[tuple[Loc, str | None, list[str], str]] = []
        for loc, screen in screens(guide):
            named.append(((*loc, "nguon"), screen.source, sources, "nguồn"))
            if isinstance(screen, Step):
                named.append(((*loc, "toi"), screen.to, steps, "bước"))
                for n, onward in enumerate(screen.onward):
                    place = (*loc, "tiep_theo", n)
                    named.append(((*place, "huong_dan"), onward.guide, [*guides], "hướng dẫn"))
                    named.append(((*place, "thu_tuc"), onward.procedure, [*codes], "thủ tục"))
            for n, choice in enumerate(screen.choices):
                place = (*loc, "chon", n)
                named.append(((*place, "toi"), choice.to, steps, "bước"))
                named.append(((*place, "khong_xong"), choice.otherwise, steps, "bước"))
                named.append(((*place, "goi"), choice.call, [*guides], "hướng dẫn"))
        for index, code in enumerate(guide.procedures):
            named.append((("thu_tuc", index), code, [*codes], "thủ tục"))
        for place, name, known, what in named:
            if name is not None and name not in known:
                yield self._problem(place, f"không có {what} '{name}'{did_you_mean(name, known)}")

    def paths(self, guides: Mapping[str, Guide]) -> Iterator[Problem]:
        """Steps that lead nowhere, upwards, or that no path reaches; calls in a circle."""
        guide = self._guide
        place = {step.id: index for index, step in enumerate(guide.steps)}
        for index, step in enumerate(guide.steps):
            ways = [*guide.ways(step)]
            if None in ways or not (ways or step.ends):
                yield self._problem(("buoc", index), "bước cuối phải có ket_thuc, hoặc ghi toi")
            for way in ways:
                if way is not None and place[way] <= index:
                    message = f"dẫn ngược lên '{way}' thì đi vòng mãi; chỉ su_co mới dẫn lên được"
                    yield self._problem(("buoc", index), message)
        reached = self._reached()
        for index, step in enumerate(guide.steps):
            if step.id not in reached:
                yield self._problem(("buoc", index, "id"), f"không có đường nào tới '{step.id}'")
        if not any(step.ends is Ending.DONE for step in guide.steps):
            yield self._problem(("buoc",), "cần ít nhất một bước có ket_thuc: xong")
        for loc, called in calls(guide):
            if guide.id in _called(called, guides):
                yield self._problem(loc, f"'{called}' lại gọi về hướng dẫn này, đi vòng mãi")

    def _reached(self) -> set[str]:
        """Steps that a path from the first one leads to."""
        guide = self._guide
        found: set[str] = set()
        waiting: list[str | None] = [guide.steps[0].id]
        while waiting:
            id = waiting.pop()
            step = guide.step(id) if id and id not in found else None
            if step is not None:
                found.add(step.id)
                waiting += guide.ways(step)
                asides = [choice for trouble in step.troubles for choice in trouble.choices]
                waiting += [way for choice in asides for way in (choice.to, choice.otherwise)]
        return found


def _called(id: str, guides: Mapping[str, Guide]) -> set[str]:
    """A guide and all that it calls, however far."""
    found: set[str] = set()
    waiting = [id]
    while waiting:
        id = waiting.pop()
        if id not in found and id in guides:
            found.add(id)
            waiting += [called for _, called in calls(guides[id])]
    return found
