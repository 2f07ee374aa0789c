"""What a good curated file has beyond its shape: enough words, plain texts, dated sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from knowledge_base.loader import CuratedFile
from knowledge_base.problems import Loc, Problem, Severity
from knowledge_base.schema import Procedure, Source
from knowledge_base.yaml_lines import Document

LEAST_LAY_NAMES = 3
LEAST_QUESTIONS = 6
# Most laws, fees and portal records change on 1 January or 1 July: a source older than half a year
# has not seen at least one of these days.
OLD_AFTER = timedelta(days=183)

# Each of these answers a question citizens ask. What the portal does not say either may stay
# away: the answer then says that it is not known.
_NEEDED = {
    "giay_to": ("papers", "nếu không cần giấy tờ thì ghi một dòng nói vậy"),
    "le_phi": ("fees", "nếu mức không cố định thì để trống so_tien và ghi ghi_chu"),
    "thoi_han": ("times", "nếu không có hạn thì để trống so và ghi ghi_chu"),
    "noi_nop": ("places", "ghi nơi người dân đến"),
    "cach_nop": ("submissions", "ghi trực tiếp, trực tuyến hay bưu chính"),
    "ket_qua": ("results", "ghi người dân nhận được gì"),
}
# Official abbreviations and their plain words; citizens read only the plain words.
ABBREVIATIONS = {
    "UBND": "Ủy ban nhân dân",
    "HĐND": "Hội đồng nhân dân",
    "TTHC": "thủ tục hành chính",
    "TTPVHCC": "Trung tâm Phục vụ hành chính công",
    "HCC": "hành chính công",
    "DVC": "dịch vụ công",
    "DVCQG": "Dịch vụ công quốc gia",
    "DVCTT": "dịch vụ công trực tuyến",
    "BHXH": "bảo hiểm xã hội",
    "BHYT": "bảo hiểm y tế",
    "BHTN": "bảo hiểm thất nghiệp",
    "CCCD": "căn cước công dân",
    "CMND": "chứng minh nhân dân",
    "GPLX": "giấy phép lái xe",
    "GCN": "giấy chứng nhận",
    "QSDĐ": "quyền sử dụng đất",
    "HKD": "hộ kinh doanh",
    "HTX": "hợp tác xã",
    "CSDL": "cơ sở dữ liệu",
    "TNMT": "tài nguyên và môi trường",
    "NĐ": "nghị định",
    "TT": "thông tư",
    "TP": "thành phố",
    "CQĐK": "cơ quan đăng ký",
}
_SUM = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{3})+) đồng")
_ABBREVIATION = re.compile(rf"(?<![\w/-])({'|'.join(ABBREVIATIONS)})(?![\w/-])")
# Citizens say the short forms, officials use them in names and forms.
_FREE_OF_RULES = frozenset(
    {"goi_la", "cau_hoi_mau", "ten_chinh_thuc", "can_cu", "mau", "lien_ket", "linh_vuc"}
)
_PERSONAL_NUMBER = re.compile(
    r"(?<!\d)(?:\+84|0)(?:[ .-]?\d){9}(?!\d)|(?<!\d)(?:\d{12}|\d{9})(?!\d)"
)


def shortcomings(
    file: CuratedFile,
    today: date,
    catalogue: Mapping[str, Procedure],
    sources: Sequence[Source],
) -> Iterator[Problem]:
    """What one file lacks. ``today`` is the day its ``sources`` are measured against."""
    procedure, document = file.procedure, file.document
    if procedure is None:
        return
    yield from _too_few(document, procedure)
    yield from _missing(document, [catalogue[c] for c in procedure.codes if c in catalogue])
    yield from source_days(document, sources, today)
    yield from plain(document)
    yield from _sums_of_the_summary(document, procedure)


def plain(document: Document) -> Iterator[Problem]:
    """Abbreviations in what a citizen may read, personal numbers in what one may have said."""
    yield from spelled_out(document, document.data)
    for key in ("goi_la", "cau_hoi_mau"):
        for index, text in enumerate(document.data.get(key) or ()):
            if _PERSONAL_NUMBER.search(str(text)):
                yield document.problem(
                    (key, index), "có dãy số giống số điện thoại hoặc số căn cước, hãy bỏ đi"
                )


def _too_few(document: Document, procedure: Procedure) -> Iterator[Problem]:
    if len(procedure.lay_names) < LEAST_LAY_NAMES:
        yield document.problem(
            ("goi_la",), f"cần ít nhất {LEAST_LAY_NAMES} tên gọi, mới có {len(procedure.lay_names)}"
        )
    if len(procedure.sample_questions) < LEAST_QUESTIONS:
        count = len(procedure.sample_questions)
        yield document.problem(
            ("cau_hoi_mau",), f"cần ít nhất {LEAST_QUESTIONS} câu hỏi mẫu, mới có {count}"
        )
    if not procedure.summary:
        yield document.problem(("tom_tat",), "thiếu mục này")


def _missing(document: Document, records: Sequence[Procedure]) -> Iterator[Problem]:
    """Parts nobody filled in: an error where the portal has them or nothing can be compared.

    The catalogue never carries papers or places; a file without papers is only warned of,
    since some records have none, and every file can say where to go.
    """
    for key, (attribute, advice) in _NEEDED.items():
        if document.data.get(key):
            continue
        silent = bool(records) and not any(getattr(record, attribute) for record in records)
        mild = silent and key != "noi_nop"
        yield document.problem(
            (key,),
            f"thiếu mục này{' (danh mục cũng không có)' if mild else ''}; {advice}",
            Severity.WARNING if mild else Severity.ERROR,
        )


def _sums_of_the_summary(document: Document, procedure: Procedure) -> Iterator[Problem]:
    """Sums that only the summary says, which has no days of its own: it would outlive the fee."""
    lasting = [fee for fee in procedure.fees if fee.valid_from is None and fee.valid_to is None]
    amounts = {amount for fee in lasting for amount in (fee.amount, fee.max_amount)}
    # A note that names the portal tells of another sum, the one that does not hold.
    notes = [fee.note for fee in lasting if fee.note and "Cổng" not in fee.note]
    others = [part for key, part in document.data.items() if key not in ("tom_tat", "le_phi")]
    said = f"{notes} {others}"
    for written in dict.fromkeys(_SUM.findall(procedure.summary or "")):
        if int(written.replace(".", "")) not in amounts and f"{written} đồng" not in said:
            yield document.problem(
                ("tom_tat",),
                f"{written} đồng không khớp dòng nào của le_phi (không kể dòng có hạn); "
                "sửa cho khớp, hoặc đừng ghi số tiền ở đây",
            )


def source_days(document: Document, sources: Sequence[Source], today: date) -> Iterator[Problem]:
    """Sources of a day to come, and those to be looked at again."""
    for index, source in enumerate(sources):
        place: Loc = ("nguon", index, "ngay")
        if source.day > today:
            yield document.problem(place, f"ngày {source.day:%d/%m/%Y} ở tương lai")
        elif today - source.day > OLD_AFTER:
            yield document.problem(
                place,
                f"nguồn đã cũ hơn nửa năm ({source.day:%d/%m/%Y}), nên xem lại",
                Severity.WARNING,
            )


def spelled_out(document: Document, value: Any, loc: Loc = ()) -> Iterator[Problem]:
    """Abbreviations in every text a citizen may read."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _FREE_OF_RULES:
                yield from spelled_out(document, inner, (*loc, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from spelled_out(document, inner, (*loc, index))
    elif isinstance(value, str):
        for short in dict.fromkeys(_ABBREVIATION.findall(value)):
            yield document.problem(loc, f"viết '{short}' thành '{ABBREVIATIONS[short]}'")
