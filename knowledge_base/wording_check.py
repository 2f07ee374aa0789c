"""Checks what the assistant says and how its menu is laid out: ``wording/*.yaml``, ``menu.yaml``.

The messages are Vietnamese because officials read them.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from knowledge_base.loader import EVENTS_FOLDER, GUIDES_FOLDER, PROCEDURES_FOLDER
from knowledge_base.phrases import DEFAULT_ADDRESS, MOST_CHARACTERS, WORDING
from knowledge_base.problems import Loc, Problem, Severity, did_you_mean
from knowledge_base.yaml_lines import Document, read_yaml

MENU_FILE = "menu.yaml"
MOST_LABEL = 60  # a line of the menu on a telephone
_ADDRESS = {"ong_ba": DEFAULT_ADDRESS, "Ong_ba": DEFAULT_ADDRESS.capitalize()}
_PHRASE_KEYS = ("cau", "vi_du")
_TOPIC_KEYS = ("id", "ten", "linh_vuc", "su_kien", "huong_dan", "trong")
# What a topic lists by id: the key, what it is called, the folder of its files.
_Listed = tuple[str, str, str]
_LISTED: tuple[_Listed, ...] = (
    ("su_kien", "sự kiện", EVENTS_FOLDER), ("huong_dan", "hướng dẫn", GUIDES_FOLDER),
)  # fmt: skip


def check_wording(root: Path) -> Iterator[Problem]:
    """Every phrase of ``wording/*.yaml``: its shape, its placeholders and its length."""
    for path in sorted((root / WORDING.name).glob("*.yaml")):
        document = read_yaml(path)
        yield from document.problems
        if document.data is None:
            continue
        if not isinstance(document.data, dict):
            yield document.problem((), "tệp phải gồm các dòng dạng 'tên: câu'")
            continue
        for name, value in document.data.items():
            yield from _check_phrase(document, (str(name),), value)


def _check_phrase(document: Document, loc: Loc, value: Any) -> Iterator[Problem]:
    text, place = value, loc
    examples: Any = {}
    if isinstance(value, dict):
        for key in value:
            if key not in _PHRASE_KEYS:
                near = did_you_mean(str(key), _PHRASE_KEYS)
                yield document.problem((*loc, str(key)), f"chỉ dùng 'cau' và 'vi_du'{near}")
        text, examples, place = value.get("cau"), value.get("vi_du") or {}, (*loc, "cau")
    if not isinstance(text, str):
        message = "cần một câu; nếu là số, ngày, có/không thì đặt trong dấu ngoặc kép"
        yield document.problem(place, message)
        return
    if not text.strip():
        yield document.problem(place, "để trống")
        return
    if not isinstance(examples, dict):
        yield document.problem((*loc, "vi_du"), "vi_du phải gồm các mục dạng 'tên: ví dụ'")
        return
    for where, said in [
        (place, text),
        *(((*loc, "vi_du", str(k)), v) for k, v in examples.items()),
    ]:
        if not unicodedata.is_normalized("NFC", str(said)):
            yield document.problem(where, "chữ phải gõ bằng Unicode dựng sẵn (NFC)")
    yield from _check_placeholders(document, loc, place, text, {str(k) for k in examples})
    yield from _check_length(document, place, text, examples)


def _check_placeholders(
    document: Document, loc: Loc, place: Loc, text: str, examples: set[str]
) -> Iterator[Problem]:
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        yield document.problem(place, "dấu ngoặc nhọn { } không khớp nhau")
        return
    named = set()
    for _, name, spec, conversion in parsed:
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            yield document.problem(place, f"trong ngoặc nhọn chỉ ghi một tên, không ghi '{name}'")
            continue
        named.add(name)
        if name not in examples and name not in _ADDRESS:
            near = did_you_mean(name, [*examples, *_ADDRESS])
            yield document.problem(place, f"chỗ trống {{{name}}} không có trong vi_du{near}")
    for name in sorted(examples - named):
        yield document.problem(
            (*loc, "vi_du", name), f"vi_du có '{name}' nhưng trong câu không có {{{name}}}"
        )


def _check_length(
    document: Document, place: Loc, text: str, examples: dict[Any, Any]
) -> Iterator[Problem]:
    values = {**_ADDRESS, **{str(k): v for k, v in examples.items()}}
    try:
        said = text.strip().format(**values)
    except (LookupError, ValueError, AttributeError, TypeError):
        return  # told above
    if len(said) > MOST_CHARACTERS:
        message = f"dài quá: {len(said)} ký tự khi điền ví dụ, nhiều nhất {MOST_CHARACTERS}"
        yield document.problem(place, message)


def check_menu(root: Path) -> Iterator[Problem]:
    """``menu.yaml``: its shape, and that its fields, events and guides are those of the files."""
    path = root / MENU_FILE
    if not path.exists():
        return
    document = read_yaml(path)
    yield from document.problems
    if document.data is None:
        return
    topics = document.data
    if not isinstance(topics, list) or not all(isinstance(topic, dict) for topic in topics):
        yield document.problem(
            (),
            "tệp phải là danh sách chủ đề, mỗi chủ đề có id, ten và linh_vuc, su_kien, huong_dan",
        )
        return
    fields = _curated_fields(root)
    seen: dict[str, str] = {}
    for index, topic in enumerate(topics):
        yield from _check_topic(document, index, topic, topics)
        for place, field in _fields(index, topic):
            if field in seen:
                yield document.problem(place, f"lĩnh vực này đã có ở chủ đề '{seen[field]}'")
            elif field not in fields:
                near = did_you_mean(field, fields)
                message = f"chưa tệp thủ tục nào có lĩnh vực '{field}'{near}"
                yield document.problem(place, message, Severity.WARNING)
            seen.setdefault(field, str(topic.get("ten")))
        if "linh_vuc" in topic and not any(field in fields for _, field in _fields(index, topic)):
            message = "chủ đề trống: chưa tệp thủ tục nào thuộc các lĩnh vực này"
            yield document.problem((index, "linh_vuc"), message)
    for field in sorted(fields - set(seen)):
        message = f"lĩnh vực '{field}' chưa nằm trong chủ đề nào, người dân không bấm tới được"
        yield document.problem((), message, Severity.WARNING)
    for listed in _LISTED:
        yield from _check_listed(document, topics, listed, root)
    ids = [topic.get("id") for topic in topics]
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield document.problem((index, "id"), f"id '{name}' đã dùng ở trên")


def _check_topic(
    document: Document, index: int, topic: dict[Any, Any], topics: list[dict[Any, Any]]
) -> Iterator[Problem]:
    for key in topic:
        if key not in _TOPIC_KEYS:
            near = did_you_mean(str(key), _TOPIC_KEYS)
            yield document.problem((index, str(key)), f"không có mục tên này{near}")
    for key in ("id", "ten"):
        if not isinstance(topic.get(key), str) or not topic[key].strip():
            yield document.problem((index, key), "thiếu mục này")
    title = topic.get("ten")
    if isinstance(title, str) and len(title) > MOST_LABEL:
        yield document.problem((index, "ten"), f"dài quá, nhiều nhất {MOST_LABEL} ký tự")
    outer = [other.get("id") for other in topics if "trong" not in other]
    if "trong" in topic and topic["trong"] not in outer:
        yield document.problem((index, "trong"), "không có chủ đề này ở trang chủ")
    holds = any(other.get("trong") == topic.get("id") for other in topics)
    if "linh_vuc" not in topic and (holds or any(key in topic for key, _, _ in _LISTED)):
        return
    fields = topic.get("linh_vuc")
    if not isinstance(fields, list) or not fields:
        yield document.problem((index, "linh_vuc"), "phải là danh sách, có ít nhất một lĩnh vực")


def _check_listed(
    document: Document, topics: list[dict[Any, Any]], kind: _Listed, root: Path
) -> Iterator[Problem]:
    """Life events or guides of topics that exist nowhere or stand twice, and those that neither a
    topic nor a procedure's answers lead to."""
    key, what, folder = kind
    known = {path.stem for path in (root / folder).glob("*") if path.is_file()}
    seen: set[str] = set()
    for index, topic in enumerate(topics):
        listed = topic.get(key, [])
        if not isinstance(listed, list):
            yield document.problem((index, key), f"phải là danh sách id {what}")
            continue
        for number, id in enumerate(map(str, listed)):
            if id in seen:
                yield document.problem((index, key, number), f"{what} này đã có ở trên")
            elif id not in known:
                near = did_you_mean(id, known)
                message = f"không có tệp {folder}/{id}.yaml{near}"
                yield document.problem((index, key, number), message)
            seen.add(id)
    for id in sorted(known - seen):
        if _is_of_procedures(root / folder / f"{id}.yaml"):
            continue
        message = f"{what} '{id}' chưa nằm trong chủ đề nào, người dân không bấm tới được"
        yield document.problem((), message, Severity.WARNING)


def _is_of_procedures(path: Path) -> bool:
    """Whether it is a guide that carries procedures out: their answers offer it."""
    data = read_yaml(path).data if path.is_file() else None
    return isinstance(data, dict) and bool(data.get("thu_tuc") or data.get("chung"))


def _fields(index: int, topic: dict[Any, Any]) -> Iterable[tuple[Loc, str]]:
    fields = topic.get("linh_vuc")
    if isinstance(fields, list):
        for number, field in enumerate(fields):
            yield (index, "linh_vuc", number), str(field)


def _curated_fields(root: Path) -> set[str]:
    found: set[str] = set()
    for path in (root / PROCEDURES_FOLDER).rglob("*.yaml"):
        data = read_yaml(path).data
        if isinstance(data, dict) and isinstance(data.get("linh_vuc"), str):
            found.add(data["linh_vuc"].strip())
    return found
