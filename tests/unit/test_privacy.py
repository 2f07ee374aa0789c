"""Personal data goes, everything an answer depends on stays."""

from __future__ import annotations

import logging
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy import MAX_LENGTH, MaskingFilter, clean, mask, mask_code_for_log

MASKED = {
    # identity numbers
    "số căn cước của tôi là 001099012345": "số căn cước của tôi là [số định danh]",
    "cccd 001 099 012 345 nhé": "cccd [số định danh] nhé",
    "079199012345": "[số định danh]",
    "stk 0123456789 079199012345": "stk [số tài khoản] [số định danh]",
    "cmnd 123456789 0912345678": "cmnd [số định danh] [số điện thoại]",
    "079 199 012 345": "[số định danh]",
    "cmnd cũ 123456789 còn dùng được không": "cmnd cũ [số định danh] còn dùng được không",
    "CMND 123 456 789": "CMND [số định danh]",
    "０７９１９９０１２３４５": "[số định danh]",
    "001099012345/079199012345": "[số định danh]/[số định danh]",
    "001099012345,079199012345": "[số định danh],[số định danh]",
    "001099012345-079199012345": "[số định danh]-[số định danh]",
    "001 099 012 345/079 199 012 345": "[số định danh]/[số định danh]",
    "079 199 012 345 đồng ý": "[số định danh] đồng ý",
    "cmnd 123456789 đồng ý": "cmnd [số định danh] đồng ý",
    # phones
    "gọi tôi 0912345678": "gọi tôi [số điện thoại]",
    "0912.345.678": "[số điện thoại]",
    "091 234 5678, gọi nhé": "[số điện thoại], gọi nhé",
    "+84912345678": "[số điện thoại]",
    "+84 91 234 56 78": "[số điện thoại]",
    "(+84) 912345678": "[số điện thoại]",
    "84912345678": "[số điện thoại]",
    "024 3825 1234": "[số điện thoại]",
    "(024) 38251234": "[số điện thoại]",
    "sdt 0987654321 hs 1.001193": "sdt [số điện thoại] hs 1.001193",
    "nhà p12 0912315678": "nhà p12 [số điện thoại]",
    "0912\u00a0345\u00a0678": "[số điện thoại]",  # as telephones copy it out of their books
    "+84\u202f912\u202f345\u202f678": "[số điện thoại]",
    "0912 – 345 – 678": "[số điện thoại]",
    "0912\u2011345\u2011678": "[số điện thoại]",
    "0912  345  678": "[số điện thoại]",
    "SĐT0912345678": "SĐT[số điện thoại]",
    "cccd 001\u00a0099\u00a0012\u00a0345 nhé": "cccd [số định danh] nhé",
    "0912345678 k gọi được": "[số điện thoại] k gọi được",
    "0912 345 678 k gọi được": "[số điện thoại] k gọi được",
    "091 234 5678 đồng ý nhận tin": "[số điện thoại] đồng ý nhận tin",
    "0912 – 345 – 678 d ung so": "[số điện thoại] d ung so",
    # e-mail
    "email nguyen.van-a@gmail.com.vn nhé": "email [địa chỉ email] nhé",
    # bank accounts
    "stk 1903 4567 8901 23 techcombank": "stk [số tài khoản] techcombank",
    "số tài khoản vietcombank của tôi: 0123456789": (
        "số tài khoản vietcombank của tôi: [số tài khoản]"
    ),
    "so tai khoan 0912345678": "so tai khoan [số tài khoản]",
    "tai khoan 711a 1234567 8": "tai khoan 711a 1234567 8",
    "chuyen tk 19034567890123": "chuyen tk [số tài khoản]",
    "thẻ 9704 1234 5678 9012": "thẻ [số tài khoản]",
    # papers
    "mã số bhxh 0123456789": "mã số bhxh [số giấy tờ]",
    "hộ chiếu B1234567": "hộ chiếu [số giấy tờ]",
    # secrets
    "mật khẩu là hoamai": "mật khẩu là [mật khẩu]",
    "mat khau vneid cua toi la hoamai 1990": "mat khau vneid cua toi la [mật khẩu]",
    "Mật khẩu: hoamai": "Mật khẩu: [mật khẩu]",
    "Mật khẩu: Abc@123!": "Mật khẩu: [mật khẩu]",
    "mk Abc@1234": "mk [mật khẩu]",
    "otp 123456": "otp [mã OTP]",
    "mã OTP là 12 34 56": "mã OTP là [mã OTP]",
    "ma xac thuc gui ve la 654321 day": "ma xac thuc gui ve la [mã OTP] day",
    "otp vừa gửi về máy tôi là 654321": "otp vừa gửi về máy tôi là [mã OTP]",
}

KEPT = [
    "000.00.12.H62-201105-0004",
    "000.00.53.H48-220921-0099",
    "H57.132-260804-0583",
    "h57 132 260804 0583",
    "H57132260804 0583",
    "hồ sơ G09.20-20260609-0092637 xong chưa",
    "ooo.oo.12.h62 – 2o11o5 – ooo4",
    "000 00 19 H47 260105 0001",
    "mã hồ sơ cuối là 260804-058312",
    "0583",
    "thủ tục 1.001193 và 2.000815",
    "1.001193.000.00.00.H10",
    "Nghị định 123/2015/NĐ-CP, Thông tư 01/2016/TT-BTP, Luật 91/2025/QH15",
    "sinh ngày 03/05/1948, hẹn 09.08.2026 12 giờ, 12-11-2026, 2026-11-22",
    "lệ phí 10.000 đồng hay 500000d",
    "vay 500.000.000 đ, 123456789 đồng, 100000000đ, 300k, 2 triệu",
    "stk nhận 500000 đồng",
    "tài khoản định danh mức 2 từ ngày 12.05.2025 theo 59/2022/NĐ-CP",
    "tài khoản vneid tra mã hồ sơ 000.00.12.H62-201105-0004",
    "mật khẩu vneid là gì",
    "mat khau vneid la bao nhieu ky tu",
    "quên mật khẩu 2 lần rồi",
    "mật khẩu hết hạn năm 2025 thì sao",
    "otp không về máy",
    "mã otp gửi 2 lần năm 2025",
    "từ năm 1990 1995 2000 đến nay",
    "nhà tôi có 5 người, 3 con, 12 cháu",
    "ấp 3 xã 4 số nhà 123/45/6",
    "",
]


@pytest.mark.parametrize(("said", "kept"), MASKED.items())
def test_personal_data_is_replaced(said: str, kept: str) -> None:
    assert mask(said) == kept


@pytest.mark.parametrize("said", KEPT)
def test_what_answers_depend_on_is_not_touched(said: str) -> None:
    assert mask(said) == said


@pytest.mark.parametrize(
    "piece",
    [
        "1 ", "1", "0", "0.", "h57 ", "H57.", "o", "stk ", "mk a ", "a@", "a.", "otp x ",
        "mật khẩu ", f"h57{' ' * 900}260804{' ' * 900}",
    ],
)  # fmt: skip
def test_no_text_takes_long(piece: str) -> None:
    said = (piece * 2000)[:MAX_LENGTH]
    began = time.perf_counter()
    mask(said)
    assert time.perf_counter() - began < 0.5


def test_decomposed_vietnamese_is_understood() -> None:
    said = unicodedata.normalize("NFD", "mật khẩu là hoamai, điện thoại 0912345678")
    assert mask(said) == "mật khẩu là [mật khẩu] điện thoại [số điện thoại]"


PIECES = st.sampled_from([*MASKED, *KEPT, " ", "\n", "otp", "mật khẩu là", "stk", "123456", "-"])


@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=6).map(" ".join))
def test_masking_twice_changes_nothing(said: str) -> None:
    once = mask(said)
    assert mask(once) == once


@given(st.text())
def test_cleaned_text_can_be_stored(said: str) -> None:
    kept = clean(said)
    kept.encode("utf-8")
    assert "\x00" not in kept
    assert len(kept) <= MAX_LENGTH
    assert unicodedata.is_normalized("NFC", kept)
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("khai\x00 sinh\x07", "khai sinh"),
        ("a\ud800b", "ab"),
        ("\ud83d\ude00", "😀"),
        ("dòng một\r\ndòng hai\tvà", "dòng một\ndòng hai và"),
        ("giấy\x0bkhai sinh\u2028nộp\x85đâu", "giấy\nkhai sinh\nnộp\nđâu"),
        ("0912\u200b345\u2060678", "0912345678"),
        ("x" * 10_000, "x" * MAX_LENGTH),
        ("  \n ", ""),
        (unicodedata.normalize("NFD", "hộ tịch"), "hộ tịch"),
    ],
)
def test_clean(said: str, kept: str) -> None:
    assert clean(said) == kept


def test_codes_in_logs_are_hashed_but_recognisable() -> None:
    code = mask_code_for_log("H57.132-260804-0583", "salt")
    assert code == mask_code_for_log("h57 132 26o804 0583", "salt")
    assert code.endswith("-0583")
    assert "260804" not in code
    assert code != mask_code_for_log("H57.132-260804-0583", "other salt")


def test_every_log_record_is_masked() -> None:
    masking = MaskingFilter("salt")
    try:
        raise ValueError("số 0912345678")
    except ValueError:
        record = logging.LogRecord(
            "x",
            logging.ERROR,
            "f",
            1,
            "từ %s hồ sơ %s tại https://api/bot123456:AAbbCCddEEff/send",
            ("001099012345", "H57.132-260804-0583"),
            sys.exc_info(),
        )
    assert masking.filter(record)
    line = logging.Formatter("%(message)s").format(record)
    assert "[số định danh]" in line
    assert "[số điện thoại]" in line
    assert "/bot[token]/send" in line
    assert "260804" not in line
    for secret in ("0912345678", "001099012345", "AAbbCCddEEff"):
        assert secret not in line


@pytest.mark.parametrize("said", ["%d lần cho %s", "100%", "%(who)s"])
def test_a_record_that_says_too_little_of_itself_is_logged_as_it_is(said: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, said, ("0912345678",), None)
    assert MaskingFilter("salt").filter(record)
    assert record.getMessage() == f"{said} ('[số điện thoại]',)"
