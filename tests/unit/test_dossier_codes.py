"""Dossier codes in sentences, and what is said to be wrong with what is none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import mask
from knowledge_base.dossiers.codes import DossierCode, Fault, grammar

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("000.00.12.H62-201105-0004", "000.00.12.H62-201105-0004"),
        ("hồ sơ H57.132-260804-0583 của tôi tới đâu rồi", "H57.132-260804-0583"),
        ("h57 132 260804 0583", "H57.132-260804-0583"),
        ("H571322608040583", "H57.132-260804-0583"),
        ("ho so G09.20-20260609-0092637 xong chua", "G09.20-20260609-0092637"),
        ("ooo.oo.12.h62 – 2o11o5 – ooo4", "000.00.12.H62-201105-0004"),
        ("000 00 19 H47 260105 0001", "000.00.19.H47-260105-0001"),
        ("mã:H57-260804-0583.", "H57-260804-0583"),
        ("H57.132−260804—0583 nha con", "H57.132-260804-0583"),
    ],
)
def test_a_code_is_found_however_it_is_written(text: str, code: str) -> None:
    found = grammar().find(text, TODAY)
    assert [one.text for one in found.codes] == [code]
    assert found.faulty is None


@pytest.mark.parametrize(
    ("text", "fault", "count"),
    [
        ("hồ sơ H57.132-260804-05 đâu rồi", Fault.SHORT, 2),
        ("H57.132-260804", Fault.NO_COUNTER, 0),
        ("H57.132-260804-", Fault.NO_COUNTER, 0),
        ("h57.132 - 261304 - 0583", Fault.IMPOSSIBLE_DAY, 0),
        ("H57.132-260230-0583", Fault.IMPOSSIBLE_DAY, 0),
        ("H57.132-271204-0583", Fault.FUTURE_DAY, 0),
        ("H57.132-2608-0583", Fault.NO_DAY, 0),
        ("H57.132-260804-058312345", Fault.LONG, 5),
    ],
)
def test_what_is_wrong_with_a_code_is_said(text: str, fault: Fault, count: int) -> None:
    found = grammar().find(text, TODAY)
    assert found.codes == ()
    assert found.faulty is not None
    assert (found.faulty.fault, found.faulty.count) == (fault, count)


@pytest.mark.parametrize(
    "text",
    [
        "nhà p12 0912345678",
        "xe 29H1-123.45 sang tên",
        "quốc lộ 5 năm 2026",
        "thủ tục 1.001193 nộp ở đâu",
        "nghị định 118/2025/NĐ-CP",
        "",
    ],
)
def test_other_numbers_are_no_codes(text: str) -> None:
    found = grammar().find(text, TODAY)
    assert found.codes == ()
    assert found.faulty is None


def test_several_codes_come_in_order_and_once() -> None:
    text = "H57.132-260804-0583 với 000.00.12.H62-201105-0004, h57 132 260804 0583 nữa"
    codes = grammar().find(text, TODAY).codes
    assert [c.text for c in codes] == ["H57.132-260804-0583", "000.00.12.H62-201105-0004"]


def test_an_end_alone_is_completed_only_where_one_code_is_meant() -> None:
    known = grammar().find("H57.132-260804-0583 H57.132-260904-0583", TODAY).codes
    first, second = known
    assert grammar().completed("260804-0583 sao rồi", known) == first
    assert grammar().completed("cái đuôi 260904 - o583", known) == second
    assert grammar().completed("0583", known) is None
    assert grammar().completed("0583", known[:1]) == first
    assert grammar().completed("0584", known) is None


def test_the_key_knows_no_head_and_no_dots() -> None:
    with_head, without = (
        grammar().find(text, TODAY).codes[0]
        for text in ("000.00.19.H47-260105-0001", "h47 260105 0001")
    )
    assert with_head.key == without.key == "H472601050001"
    assert with_head.ending == "260105-0001"
    assert grammar().place_of(without) is None
    assert grammar().place_of(grammar().find("H57-260105-0001", TODAY).codes[0]) == "Huế"


_DIGITS = st.text("0123456789", min_size=1, max_size=3)


@st.composite
def codes(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["", "000.00.12.", "000.12.34."]))
    groups = "".join(f".{g}" for g in draw(st.lists(_DIGITS, max_size=3)))
    day = TODAY - timedelta(draw(st.integers(0, 4000)))
    short = draw(st.booleans())
    counter = draw(st.integers(0, 9999 if short else 9_999_999))
    stamp = day.strftime("%y%m%d" if short else "%Y%m%d")
    letter, unit = draw(st.sampled_from("HG")), draw(st.integers(0, 99))
    return f"{head}{letter}{unit:02}{groups}-{stamp}-{counter:0{4 if short else 7}}"


@given(codes(), st.sampled_from(["{}", "hồ sơ {} tới đâu", "Mã: {}.", "({})"]))
def test_every_printed_code_is_read_as_it_is_printed(code: str, sentence: str) -> None:
    text = sentence.format(code)
    found = grammar().find(text, TODAY).codes
    assert [one.text for one in found] == [code]
    assert code in mask(text)  # nothing of it is taken for a personal number


@given(codes())
def test_written_anyhow_it_has_the_same_key(code: str) -> None:
    (printed,) = grammar().find(code, TODAY).codes
    sloppy = code.lower().replace("-", " – ").replace("0", "o")
    assert [c.key for c in grammar().find(sloppy, TODAY).codes] == [printed.key]


@given(st.text(max_size=80))
def test_no_text_is_too_strange(text: str) -> None:
    for code in grammar().find(text, TODAY).codes:
        assert isinstance(code, DossierCode)
        assert code.day <= TODAY
