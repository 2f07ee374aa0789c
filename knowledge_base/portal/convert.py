"""One record of the portal's interface as the facts of a procedure.

The rules that judge a fee, a time, a name are those for the flattened records
(``knowledge_base/records``); here the parts only need no guessing where one ends. What has a value
that is not known, or is missing, is left out and told by its code and field; the rest of the
record holds.

Shape of a record: ../shared/facts/accounts-and-submission.md (November 2026); names that are not
spelled out there are as public clients of the same interface read them in 2026.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from knowledge_base.portal.book import Facts, Form, Line, Reading
from knowledge_base.problems import field_name, translate
from knowledge_base.records.build import (
    INTERNAL,
    SOURCE_ID,
    SOURCE_NAME,
    fees_of,
    only_level,
    times_of,
    unserved,
)
from knowledge_base.records.common import Leftover, clean, names_district
from knowledge_base.records.fields import LEVELS, read_agency, read_applicants, result_names
from knowledge_base.records.legal import find_numbers
from knowledge_base.records.manners import NO_TIME, FlatTime, Row, judged
from knowledge_base.records.money import SEVERAL_CASES, FlatFee, FlatKind, unpriced
from knowledge_base.records.names import MAX_NAME, cut, display_names
from knowledge_base.schema import Manner, Procedure, TimeUnit

LINK = "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/"
PUBLIC_CODE = re.compile(r"[1-4]\.\d{6}")
WHOLE = "cả bản ghi"
LOCAL = "thủ tục riêng của một địa phương"
UNKNOWN = "giá trị chưa biết"
MISSING = "thiếu"
WRONG_TYPE = "sai kiểu dữ liệu"

MANNERS = {"ONLINE": Manner.ONLINE, "DIRECT": Manner.DIRECT, "POSTAL": Manner.POSTAL}
UNITS = {
    "WORKING_DAY": TimeUnit.WORKING_DAY,
    "DAY": TimeUnit.DAY,
    "WORKING_HOUR": TimeUnit.WORKING_HOUR,
    "HOUR": TimeUnit.HOUR,
    "MINUTE": TimeUnit.MINUTE,
    "MONTH": TimeUnit.MONTH,
    "YEAR": TimeUnit.YEAR,
    # A bare number means days.
    "OTHER": TimeUnit.DAY,
    "": TimeUnit.DAY,
}
FEE_TYPES = ("SERVICE_FEE", "FEE", "CHARGE", "PRICE_LEVEL", "")
DONG = ("", "VND", "VNĐ", "VIỆT NAM ĐỒNG", "ĐỒNG")
FLAGS = {
    "isWard": "Cấp xã",
    "isProvince": "Cấp tỉnh",
    "isMinistry": "Cấp bộ",
    "isOtherAgency": "Cơ quan khác",
}
# STANDARD holds everywhere; SPECIFIC is one province's own.
KINDS = {"STANDARD": "", "ASSIGNED_REGULATION": "", "": "", "SPECIFIC": LOCAL}


def is_internal(code: str) -> bool:
    """Whether a code belongs to the administration's own procedures, which are left out."""
    return unserved(code, "") == INTERNAL


def convert(raw: Mapping[str, Any], line: Line, day: date) -> Reading:
    """Read a record seen on ``day``; ``line`` is where the portal's list named it.

    Never raises over what the record holds: :attr:`Reading.problems` says what is wrong with it.
    """
    part = _Part(raw, line.code)
    code = part.text("code") or part.text("codeNotation") or line.code or line.id
    part.code = code
    facts = _facts(part, code, line, day)
    return Reading(code, Form.API, raw, facts, _watched(part), tuple(part.left))


@dataclass
class _Part:
    """A mapping of the record, its code, the way to it, and what was wrong so far."""

    values: Mapping[str, Any]
    code: str
    path: str = ""
    left: list[Leftover] = field(default_factory=list)

    def problem(self, key: str, reason: str, value: Any = "") -> None:
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.left.append(Leftover(self.code, f"{self.path}{key}", reason, shown[:120]))

    def text(self, key: str) -> str:
        """A text without markup; empty where there is none."""
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.problem(key, WRONG_TYPE, value)
            return ""
        return clean(html.unescape(re.sub(r"<[^>]+>", " ", value)))

    def parts(self, key: str) -> Iterator[_Part]:
        """The mappings listed under a key."""
        value = self.values.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.problem(key, WRONG_TYPE, value)
            return
        for index, item in enumerate(value, start=1):
            path = f"{self.path}{key}[{index}]"
            if isinstance(item, Mapping):
                yield _Part(item, self.code, f"{path}.", self.left)
            else:
                self.problem(f"{key}[{index}]", WRONG_TYPE, item)

    def names(self, *keys: str) -> list[str]:
        """The names of what is listed under the keys."""
        found = [part.text("name") for key in keys for part in self.parts(key)]
        return [name for name in found if name]


def _facts(part: _Part, code: str, line: Line, day: date) -> Facts | None:
    """The facts of a procedure; None, and why, where it is not one for citizens or not whole."""
    name = part.text("name")
    why = unserved(code, name) or _other_kind(part)
    if not why and not PUBLIC_CODE.fullmatch(code):
        why = "mã không theo mẫu của thủ tục công khai"
    if why:
        part.problem(WHOLE, why, name or code)
        return None
    levels = [title for flag, title in FLAGS.items() if part.values.get(flag) is True]
    field_of = _field(part)
    for key, value in (("name", name), ("category", field_of), ("isWard…", levels)):
        if not value:
            part.problem(key, MISSING)
    if not (name and field_of and levels):
        return None
    if names_district(name):
        part.problem("name", "tên còn nhắc cấp huyện", name)
    facts = {
        "ma": [code],
        "ten": display_names({code: name}, {code: only_level(", ".join(levels))})[code],
        "ten_chinh_thuc": name,
        "linh_vuc": cut(field_of, MAX_NAME),
        "cap": [LEVELS[level] for level in levels],
        "lien_ket": f"{LINK}{line.id}",
        **_people(part),
        **_manners(part),
        "ket_qua": _results(part),
        "can_cu": _legal(part),
        "nguon": [{"id": SOURCE_ID, "ten": SOURCE_NAME, "ngay": day}],
        "bien_soan": False,
    }
    return plain(facts, part.left)


def plain(facts: Mapping[str, Any], left: list[Leftover]) -> Facts | None:
    """Facts as a procedure would write them into JSON, without what is empty; None, and each
    error among ``left``, where they make none."""
    try:
        procedure = Procedure.model_validate(facts)
    except ValidationError as error:
        left.extend(
            Leftover(facts["ma"][0], field_name(found["loc"]), translate(found), "")
            for found in error.errors(include_url=False)
        )
        return None
    found: Facts = json.loads(procedure.model_dump_json(by_alias=True, exclude_defaults=True))
    return found


def _other_kind(part: _Part) -> str:
    kind = part.text("type")
    if kind.endswith("_INTERNAL"):
        return "thủ tục nội bộ"
    if kind not in KINDS:
        part.problem("type", UNKNOWN, kind)
    return KINDS.get(kind, "")


def _field(part: _Part) -> str:
    category = part.values.get("category")
    if isinstance(category, Mapping):
        name = _Part(category, part.code, "category.", part.left).text("name")
        if name:
            return name
    return ", ".join(part.names("categoriesDetails"))


def _people(part: _Part) -> dict[str, Any]:
    """Who may apply and who decides."""
    who, left = read_applicants(part.code, ", ".join(part.names("subjectTypesDetails")))
    part.left += left
    agency, left = read_agency(
        part.code,
        ", ".join(part.names("departmentsAuthority", "unitGroupsAuthority")),
        ", ".join(part.names("departmentsExecuting", "unitGroupsExecuting")),
    )
    part.left += left
    return {"cho_ai": who, "co_quan": agency}


def _results(part: _Part) -> list[dict[str, str]]:
    results, left = result_names(part.code, part.names("resultsDetails"))
    part.left += left
    return [{"noi_dung": result} for result in results]


def _legal(part: _Part) -> list[dict[str, str]]:
    numbers: dict[str, None] = {}
    for document in part.parts("legalBasisesDetails"):
        number = document.text("code")
        found = find_numbers(number)
        if not found:
            document.problem("code", "không đọc được số văn bản", number or document.text("name"))
        numbers.update(dict.fromkeys(found[:1]))
    return [{"so": number} for number in numbers]


def _manners(part: _Part) -> dict[str, Any]:
    """How to hand in, how long it takes, what it costs. One manner that is not known makes the
    others no answer to "in every manner", so that none is told then."""
    rows: list[Row] = []
    for method in part.parts("executionMethods"):
        name = method.text("submissionMethod")
        if name not in MANNERS:
            method.problem("submissionMethod", UNKNOWN if name else MISSING, name)
            return {}
        fees = tuple(fee for found in method.parts("fees") if (fee := _fee(found)))
        rows.append(Row(MANNERS[name], _time(method), fees, method.text("description")))
    if not rows:
        part.problem("executionMethods", MISSING)
    told = tuple(judged(part.code, rows, part.left))
    return {
        "le_phi": fees_of(told),
        "thoi_han": times_of(told),
        "cach_nop": [{"cach": m} for m in dict.fromkeys(row.manner for row in told)],
    }


def _time(method: _Part) -> FlatTime | None:
    value, unit = method.values.get("processingTime"), method.text("processingTimeUnit")
    if value is None or (isinstance(value, str) and clean(value) in ("", *NO_TIME)):
        return None
    amount = _number(value)
    if amount is None or amount < 0:
        method.problem("processingTime", "không phải số", value)
    elif unit not in UNITS:
        method.problem("processingTimeUnit", UNKNOWN, unit)
    elif amount == 0:
        method.problem("processingTime", "thời gian bằng 0", value)
    else:
        return FlatTime(amount, UNITS[unit])
    return None


def _number(value: Any) -> float | None:
    """A number, also one in a text such as "1,5"."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"\d+(?:[.,]\d{1,2})?", value.strip()):
        return float(value.strip().replace(",", "."))
    return None


def _fee(fee: _Part) -> FlatFee | None:
    """One fee, before it is held against what stands beside it; None when it says nothing."""
    kind, value, note = fee.text("type"), fee.values.get("value"), fee.text("description")
    currency = (fee.text("currencyName") or fee.text("currencyId")).upper()
    if value is None or value == "":
        return unpriced(note)
    amount = _number(value)
    if kind not in FEE_TYPES:
        fee.problem("type", UNKNOWN, kind)
    elif amount is None or amount < 0 or amount != int(amount):
        fee.problem("value", "không phải số tiền", value)
    elif amount == 0:
        return FlatFee(FlatKind.FREE, 0, note or None)
    elif currency == "USD":
        return FlatFee(FlatKind.FOREIGN, int(amount), note or None)
    elif currency not in DONG:
        fee.problem("currencyId", UNKNOWN, currency)
    else:
        return FlatFee(FlatKind.AMOUNT, int(amount), note or None)
    return FlatFee(FlatKind.UNCLEAR, 0, SEVERAL_CASES)


def _watched(part: _Part) -> dict[str, Any]:
    """Parts whose change is told without their being served: what heads a group of papers means
    something else from procedure to procedure, so that no program can give them as a list."""
    papers, forms = [], []
    for case in part.parts("executionCases"):
        for paper in case.parts("profileComponents"):
            counts = [
                f"{paper.values[key]} {title}"
                for key, title in (("originalQty", "bản chính"), ("copyQty", "bản sao"))
                if paper.values.get(key)
            ]
            name = paper.text("name").strip(" -+*;.")
            papers.append(f"{name} ({', '.join(counts)})" if counts else name)
            forms += [file.text("fileName") for file in paper.parts("attachments")]
    steps = "\n".join(
        f"{step.text('name')} {step.text('description')}" for step in part.parts("executionSteps")
    )
    watched = {
        "giay_to": papers,
        "mau": [form for form in forms if form],
        "dieu_kien": part.text("requirementsAndConditions"),
        "trinh_tu": mark(steps),
        "so_quyet_dinh": part.text("decisionNo"),
    }
    return {key: value for key, value in watched.items() if value}


def mark(text: str) -> str:
    """A short mark that differs where a long text does; empty for an empty text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text.strip() else ""
