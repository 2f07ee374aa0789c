"""Whether a short message is about what is talked of, or names another matter."""

from __future__ import annotations

import pytest

from bot import matters
from bot.clauses import named_aspect, tied
from knowledge_base.retrieval.link import Candidate

CARDS = tuple(
    Candidate(code, name, 0.01)
    for code, name in (
        ("1", "Cấp thẻ căn cước cho người từ 14 tuổi"),
        ("2", "Cấp thẻ căn cước cho trẻ dưới 14 tuổi"),
        ("3", "Cấp đổi thẻ căn cước"),
    )
)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("hỏi thời gian", "time"),
        ("y tui la giay to", "papers"),
        ("hoi le phi thoi", "fee"),
        ("hoi cho nop", "place"),
        ("tôi muốn hỏi cách làm", "how"),
        ("hoi dat", None),
        ("mau giay to", None),
        ("giay to xe", None),
        ("khong hoi", None),
    ],
)
def test_the_bare_name_of_what_is_asked_for(text: str, asked: str | None) -> None:
    assert named_aspect(text) == asked


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("the bao nhieu tien", "bao nhieu tien"),
        ("Thế nộp ở đâu", "nộp ở đâu"),
        ("rua mat may ngay", "mat may ngay"),
        ("thẻ bao nhiêu tiền", ""),
        ("the bao hiem", ""),
        ("thế à", ""),
    ],
)
def test_a_word_that_ties_a_question_to_what_was_said(text: str, rest: str) -> None:
    assert tied(text) == rest


@pytest.mark.parametrize(
    ("text", "named", "sought"),
    [
        ("lam can cuoc het bao nhieu tien", True, True),
        ("đổi thẻ căn cước", True, True),
        ("có cần căn cước không", True, False),
        ("làm lại cho người già", False, False),
    ],
)
def test_a_kind_of_matter_and_whether_it_is_to_be_made(
    text: str, named: bool, sought: bool
) -> None:
    assert matters.is_named(text, CARDS) is named
    assert matters.is_sought(text, CARDS) is sought
    assert not matters.is_named(text, CARDS[:2])
