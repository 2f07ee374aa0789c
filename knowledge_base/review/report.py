"""A group of missed questions as an official reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from knowledge_base.review.book import MissKind
from knowledge_base.review.clusters import Cluster

SHOWN = 5  # wordings of a group
_KINDS = {
    MissKind.DECLINED: "không tìm được",
    MissKind.OUT_OF_SCOPE: "bị coi là ngoài phạm vi",
    MissKind.CORRECTED: "trả lời rồi, người dân nói không phải",
    MissKind.NONE_OF_THESE: "hỏi lại, không việc nào đúng",
    MissKind.LATE_CHOICE: "hỏi lại, đúng ở dòng thứ ba trở đi",
    MissKind.FALLBACK: "không rõ hỏi điều gì",
    MissKind.REPHRASED: "hỏi lại bằng lời khác thì được",
}


def describe(group: Cluster, name_of: Callable[[str], str | None]) -> Iterator[str]:
    """Lines that say what was asked, how it was missed, what was shown, what may be meant.

    Args:
        group: the questions.
        name_of: the name of a procedure or life event by its code.
    """
    for question in group.questions[:SHOWN]:
        taught = f", đã dạy {question.taught:%d/%m/%Y} mà còn hụt" if question.taught else ""
        yield f"{question.number:>6}  {question.question}  ({question.count} lần{taught})"
    more = len(group.questions) - SHOWN
    if more > 0:
        yield f"        … và {more} câu nữa"
    yield f"vì sao: {', '.join(f'{_KINDS[kind]} {n}' for kind, n in group.kinds.most_common())}"
    if group.offered:
        yield f"đã đưa ra: {_named(group.offered, name_of)}"
    if group.chosen:
        yield f"người dân sau đó chọn: {_named(group.chosen, name_of)}"
    for place, code in enumerate(group.suggested, 1):
        yield f"gợi ý {place}: {code} {name_of(code) or ''}".rstrip()


def _named(codes: Counter[str], name_of: Callable[[str], str | None]) -> str:
    return "; ".join(f"{code} {name_of(code) or ''} ({n})" for code, n in codes.most_common(3))
