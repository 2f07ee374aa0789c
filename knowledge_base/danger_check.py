"""Checks ``danger.yaml``: its shape, and that there is a sentence and a number for each danger.

The messages are Vietnamese because officials read them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from knowledge_base.danger import FILE, SELF_HARM, UNCLEAR
from knowledge_base.phrases import WORDING
from knowledge_base.problems import Loc, Problem
from knowledge_base.yaml_lines import Document, read_yaml

_LISTS = ("noi_qua", "keu_cuu", "keu_khong", "chuyen_giay_to", "tre_em")
_HEARD = ("keu", "nghe", "doan")
_KEYS = ("ten", "so", "tre", *_HEARD)


def check_danger(root: Path) -> Iterator[Problem]:
    """Every danger has its numbers, its words and its sentence in ``wording/danger.yaml``."""
    path = root / FILE.name
    if not path.exists():
        return
    document = read_yaml(path)
    yield from document.problems
    if document.data is None:
        return
    data = document.data
    if not isinstance(data, dict):
        yield document.problem((), f"tệp phải gồm các mục {', '.join(_LISTS)}, loai, {UNCLEAR}")
        return
    said = read_yaml(root / WORDING.name / f"{FILE.stem}.yaml").data
    sentences = said if isinstance(said, dict) else {}
    for name in _LISTS:
        yield from _patterns(document, (name,), data.get(name))
    kinds = data.get("loai")
    if not isinstance(kinds, list) or not all(isinstance(kind, dict) for kind in kinds):
        yield document.problem(("loai",), "phải là danh sách, mỗi mục có ten, so, keu, nghe, doan")
        return
    for index, kind in enumerate(kinds):
        yield from _kind(document, ("loai", index), kind, sentences)
    yield from _said(document, (), UNCLEAR, data.get(UNCLEAR), sentences)
    if SELF_HARM not in {kind.get("ten") for kind in kinds}:
        yield document.problem(("loai",), f"thiếu loại '{SELF_HARM}'")


def _kind(
    document: Document, loc: Loc, kind: dict[Any, Any], sentences: dict[Any, Any]
) -> Iterator[Problem]:
    for key in kind:
        if key not in _KEYS:
            yield document.problem((*loc, str(key)), f"chỉ dùng {', '.join(_KEYS)}")
    yield from _said(document, loc, kind.get("ten"), kind.get("so"), sentences)
    for how in _HEARD:
        yield from _patterns(document, (*loc, how), kind.get(how))


def _said(
    document: Document, loc: Loc, name: object, numbers: object, sentences: dict[Any, Any]
) -> Iterator[Problem]:
    """A danger's sentence, and how each of its numbers is called."""
    if name not in sentences:
        yield document.problem(loc, f"wording/{FILE.name} chưa có câu '{name}'")
    if not isinstance(numbers, list) or not numbers:
        yield document.problem(loc, f"'{name}' cần danh sách số phải gọi, đặt trong ngoặc kép")
        return
    for number in numbers:
        if f"number_{number}" not in sentences:
            yield document.problem(loc, f"wording/{FILE.name} chưa có câu 'number_{number}'")


def _patterns(document: Document, loc: Loc, patterns: object) -> Iterator[Problem]:
    if not isinstance(patterns, list) or not patterns:
        yield document.problem(loc, "phải là danh sách, có ít nhất một mẫu")
        return
    for index, pattern in enumerate(patterns):
        place = (*loc, index)
        if not isinstance(pattern, str) or not pattern.removeprefix("=").strip():
            yield document.problem(place, "mẫu phải là chữ")
        elif not unicodedata.is_normalized("NFC", pattern):
            yield document.problem(place, "chữ phải gõ bằng Unicode dựng sẵn (NFC)")
        elif any(not option for part in pattern.split() for option in part.split("/")):
            yield document.problem(place, "thừa dấu '/'")
        elif pattern.split()[-1] == "…":
            yield document.problem(place, "'…' không đứng cuối mẫu")
