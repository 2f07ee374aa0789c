"""One shape for everything that can be wrong with the files officials write.

The messages are Vietnamese because officials read them; they stand here, beside the rules
that raise them, and not with the assistant's own wording.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from knowledge_base.schema import Procedure

Loc = tuple[int | str, ...]


class Severity(StrEnum):
    """An error stops the program and the build; a warning is only shown."""

    ERROR = "lỗi"
    WARNING = "nhắc"


@dataclass(frozen=True, order=True)
class Problem:
    """One problem: where it is (line counted from 1), which field, and what to do about it."""

    path: Path
    line: int
    field: str
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{shown(self.path)}:{self.line}: {self.field}: {self.message}"


def shown(path: Path) -> Path:
    """A path as officials read it: from the folder they work in, where it lies inside that."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that are errors, sorted by place."""
    return sorted(p for p in problems if p.severity is Severity.ERROR)


def field_name(loc: Loc) -> str:
    """``('le_phi', 0, 'so_tien')`` -> ``le_phi[1].so_tien``; items are counted from 1."""
    name = ""
    for part in loc:
        if isinstance(part, int):
            name += f"[{part + 1}]"
        else:
            name += f".{part}" if name else part
    return name or "(cả tệp)"


_PLAIN = {
    "missing": "thiếu mục này",
    "json_invalid": "không phải JSON",
    "string_type": "phải là chữ; nếu là số hoặc ngày thì đặt trong dấu ngoặc kép",
    "int_type": "phải là số nguyên, không có dấu chấm, dấu phẩy hay dấu ngoặc kép (ví dụ 10000)",
    "float_type": "phải là số (ví dụ 5 hoặc 0.5), không đặt trong dấu ngoặc kép",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "tuple_type": "phải là danh sách: mỗi dòng bắt đầu bằng dấu gạch ngang",
    "model_type": "phải gồm các mục con dạng 'tên: giá trị'",
    "model_attributes_type": "phải gồm các mục con dạng 'tên: giá trị'",
    "date_type": "phải là ngày, viết năm-tháng-ngày, ví dụ 2026-06-10",
    "date_parsing": "phải là ngày, viết năm-tháng-ngày, ví dụ 2026-06-10",
    "date_from_datetime_parsing": "phải là ngày, viết năm-tháng-ngày, ví dụ 2026-06-10",
    "date_from_datetime_inexact": "chỉ ghi ngày, không ghi giờ, ví dụ 2026-06-10",
}
_WITH_NUMBERS = {
    "string_too_long": "dài quá, nhiều nhất {max_length} ký tự",
    "string_too_short": "để trống",
    "too_short": "cần ít nhất {min_length} mục",
    "greater_than_equal": "không được nhỏ hơn {ge:g}",
    "less_than_equal": "không được lớn hơn {le:g}",
}
# What each pattern of the schema is for, in the reader's words.
_PATTERNS = {
    r"^[1-4]\.\d{6}$": "không phải mã thủ tục công khai (dạng 1.001193; mã đầu 5, 6 là nội bộ)",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "chỉ gồm chữ thường không dấu, số và dấu gạch nối",
    r"^https://": "phải bắt đầu bằng https://",
    r"^\+?\d[\d .]{6,18}$": "không phải số điện thoại (ví dụ 028.39102126)",
    r"^\d{2}(\d{3})?$": "không phải mã tỉnh (2 chữ số) hay mã xã (5 chữ số)",
}


def keys_at(loc: Loc, model: type[BaseModel] = Procedure) -> tuple[str, ...]:
    """The keys allowed inside the entry at ``loc``, e.g. those of one fee for ``('le_phi', 0)``."""
    for part in loc:
        if isinstance(part, str):
            inner = next(
                (i for i in model.model_fields.values() if i.alias == part),
                None,
            )
            found = _model_within(inner.annotation) if inner is not None else None
            if found is None:
                return ()
            model = found
    return tuple(info.alias or name for name, info in model.model_fields.items())


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _model_within(part)
        if found is not None:
            return found
    return None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (có phải ý là 'x'?)`` for a near miss, else an empty string."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (có phải ý là '{near[0]}'?)" if near else ""


def translate(error: ErrorDetails, model: type[BaseModel] = Procedure) -> str:
    """One pydantic error of ``model`` in plain Vietnamese; what is not known keeps pydantic's own
    text."""
    kind, ctx = error["type"], error.get("ctx", {})
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _WITH_NUMBERS:
        return _WITH_NUMBERS[kind].format(**ctx)
    match kind:
        case "extra_forbidden":
            word = str(error["loc"][-1])
            said = f"không có mục tên này{did_you_mean(word, keys_at(error['loc'][:-1], model))}"
        case "enum":
            allowed = str(ctx["expected"]).replace(" or ", ", ").replace("'", "")
            given = str(error["input"])
            near = did_you_mean(given, allowed.split(", "))
            said = f"'{given}' không dùng được{near}; chọn một trong: {allowed}"
        case "string_pattern_mismatch":
            why = _PATTERNS.get(str(ctx["pattern"]), f"không đúng mẫu {ctx['pattern']}")
            said = f"'{error['input']}' {why}"
        case "value_error":
            said = str(ctx["error"])
        case _:
            said = f"giá trị không hợp lệ: {error['msg']}"
    return said


def known_patterns() -> Mapping[str, str]:
    """Patterns with a message of their own; a test holds them against the schema."""
    return _PATTERNS
