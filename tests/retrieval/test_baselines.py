"""The yardsticks beside our own search, over a few made-up procedures."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_base.evaluation.baselines import FUSED, NAMES, PLAIN, VECTORS, WORDS, Ranks, compare
from knowledge_base.evaluation.counting import same_of
from knowledge_base.evaluation.questions import Question
from knowledge_base.loader import Knowledge
from tests.samples import procedure

OTHERS = [
    procedure(f"1.10000{n}", ten=name, ten_chinh_thuc=name)
    for n, name in enumerate(
        ("Cấp thẻ nhà báo", "Nhập khẩu phế liệu", "Thành lập hợp tác xã", "Cấp phép bay",
         "Kiểm định tàu cá", "Công nhận giống cây trồng")
    )
]  # fmt: skip
KNOWN = Knowledge(
    (
        procedure("1.000001", ten="Đăng ký khai sinh", ten_chinh_thuc="Đăng ký khai sinh"),
        procedure("1.000002", ten="Đăng ký khai tử", goi_la=["báo tử"],
                  ma=["1.000002", "1.000009"]),
        *OTHERS,
    ),
    (),
)  # fmt: skip


def asked(text: str, code: str) -> Question:
    return Question(text, (code,), (), "g", False)


QUESTIONS = [
    asked("KHAI SINH cho cháu?", "1.000001"),
    asked("báo tử", "1.000009"),  # the same procedure by its other code
    asked("bố mất thì làm giấy chứng tử ở đâu", "1.000002"),
    asked("xyzzy", "9.999999"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vectors")


def compared(folder: Path, told: list[tuple[int, int]]) -> Ranks:
    return compare(
        QUESTIONS, KNOWN, same_of(KNOWN), folder, lambda done, total: told.append((done, total))
    )


def test_each_yardstick_ranks_every_question_and_keeps_its_vectors(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    ranks = compared(folder, told)
    assert list(ranks) == [WORDS, PLAIN, FUSED] == list(NAMES)
    assert {len(found) for found in ranks.values()} == {len(QUESTIONS)}
    assert ranks[WORDS][:2] == ranks[PLAIN][:2] == ranks[FUSED][:2] == [1, 1]
    assert ranks[PLAIN][2] is not None  # no word of it is in the record
    assert [found[3] for found in ranks.values()] == [None] * 3
    texts = {total for _, total in told} - {len(QUESTIONS)}
    assert len(texts) == 1
    assert (folder / VECTORS).is_file()

    again: list[tuple[int, int]] = []
    assert compared(folder, again) == ranks
    assert {total for _, total in again} == {len(QUESTIONS)}  # no text is embedded twice
