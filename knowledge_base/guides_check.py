"""What a good guide has beyond a whole path: names of its own and plain words."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge_base.curation import plain
from knowledge_base.guide_graph import GuideFile
from knowledge_base.guide_names import forms
from knowledge_base.loader import Reading
from knowledge_base.problems import Problem, Severity
from knowledge_base.schema import Manner
from knowledge_base.text import key

LEAST_LAY_NAMES = 3


def wanting(reading: Reading) -> Iterator[Problem]:
    """What the files under ``guides/`` lack, and the names they take from one another."""
    taken: dict[str, GuideFile] = {}
    general: dict[Manner, GuideFile] = {}
    own = {key(name): p for p in reading.knowledge.curated for name in (p.name, *p.lay_names)}
    for file in reading.guides:
        guide, document = file.guide, file.document
        if guide is None:
            continue
        yield from plain(document)
        if len(guide.lay_names) < LEAST_LAY_NAMES:
            message = f"cần ít nhất {LEAST_LAY_NAMES} tên gọi, mới có {len(guide.lay_names)}"
            yield document.problem(("goi_la",), message)
        for form in sorted(forms(guide)):
            other = taken.setdefault(form, file)
            if other is not file:
                message = f"tên gọi '{form}' cũng có ở {other.document.path.name}"
                yield document.problem(("goi_la",), message)
        for index, name in enumerate(guide.lay_names):
            if found := own.get(key(name)):
                message = f"thủ tục {found.code} cũng gọi thế này; hướng dẫn sẽ được mở trước"
                yield document.problem(("goi_la", index), message, Severity.WARNING)
        if guide.general:
            first = general.setdefault(guide.general, file)
            if first is not file:
                message = f"chỉ một tệp ghi chung thế này, {first.document.path.name} đã ghi"
                yield document.problem(("chung",), message)
        elif any(step.woven for step in guide.steps):
            yield document.problem(("buoc",), "them_truoc chỉ ghi ở hướng dẫn có chung")
