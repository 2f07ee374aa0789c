"""Which day and hour a citizen speaks of. Today is Sunday, 22 November 2026."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.day_words import Part, When, read

TODAY = date(2026, 11, 22)
WORDS = (
    "mai", "mốt", "thứ", "bảy", "2", "giờ", "31/2", "tết", "mùng", "99", "h", "rưỡi", "tuần sau",
    "này", "24/11",
)  # fmt: skip
NEW_YEARS = {2026: date(2026, 2, 17), 2027: date(2027, 2, 6)}


def heard(text: str, today: date = TODAY) -> When:
    return read(text, today, NEW_YEARS.get)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("hôm nay có làm không", "2026-11-22"),
        ("bữa ni có mần việc không", "2026-11-22"),
        ("mai có mở cửa không", "2026-11-23"),
        ("sáng mai thứ hai mấy giờ mở", "2026-11-23"),
        ("mốt có làm không", "2026-11-24"),
        ("mot co lam khong", "2026-11-24"),
        ("ngay kia co mo cua khong", "2026-11-24"),
        ("thứ bảy có làm không", "2026-11-28"),
        ("t7 co lam ko", "2026-11-28"),
        ("thứ sáu này", "2026-11-27"),
        ("thứ hai tuần sau", "2026-11-23"),
        ("cn có làm k ạ", "2026-11-22"),
        ("chủ nhật tuần sau", "2026-11-29"),
        ("cuối tuần có làm không", "2026-11-28"),
        ("24/11 có nghỉ không", "2026-11-24"),
        ("ngày 24 tháng 11", "2026-11-24"),
        ("ngay 2/9 co lam khong", "2027-09-02"),
        ("1-5-2028", "2028-05-01"),
        ("mùng bốn tết có ai làm chưa", "2027-02-09"),
        ("mùng 9 tháng giêng có làm không", "2027-02-14"),
        ("ngày hai mươi mốt tháng mười hai", "2026-12-21"),
        ("ngay ba muoi thang tu", "2027-04-30"),
        ("2 tháng 9 có làm không", "2027-09-02"),
        ("30 thang 4 nam 2028", "2028-04-30"),
        ("sáng mai lấy số thứ tự từ mấy giờ", "2026-11-23"),
        ("ngày hai mốt tháng mười hai", "2026-12-21"),
        ("ngay hai lam thang muoi hai", "2026-12-25"),
        ("ngày 24/7 có làm không", "2027-07-24"),
        ("ngày ba tháng mười làm việc không", "2027-10-03"),
        ("ngay ba thang hai lam viec khong", "2027-02-03"),
    ],
)
def test_a_day(text: str, day: str) -> None:
    assert heard(text).day == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("mấy giờ mở cửa", {}),
        ("giờ hành chính là mấy giờ", {}),
        ("ngoài giờ hành chính có nhận không", {}),
        ("trung tâm hành chính công mở cửa lúc nào", {}),
        ("toi co lam khong", {}),
        ("một người đi được không", {}),
        ("giờ này còn làm không", {"now": True}),
        ("bay gio con kip khong", {"now": True}),
        ("bảy giờ lên có ai chưa", {"clock": time(7)}),
        ("11h30 còn nhận không", {"clock": time(11, 30)}),
        ("mười một rưỡi còn nhận không", {"clock": time(11, 30)}),
        ("năm giờ chiều còn nhận không", {"clock": time(17), "part": Part.AFTERNOON}),
        ("3 gio len kip khong", {"clock": time(15)}),
        ("buổi tối có làm không", {"part": Part.EVENING}),
        ("chiều làm từ mấy giờ", {"part": Part.AFTERNOON}),
        ("mấy giờ nghỉ trưa", {"part": Part.NOON}),
        ("sáng chiều làm mấy giờ", {}),
        ("tết nghỉ mấy ngày", {"holiday": "Tết Nguyên đán", "length": True}),
        ("tet tay nghi may ngay", {"holiday": "Tết Dương lịch", "length": True}),
        ("giỗ tổ có nghỉ không", {"holiday": "Giỗ Tổ Hùng Vương"}),
        ("lễ này nghỉ đến bao giờ", {"length": True}),
        ("ngày 31/2 có làm không", {}),
        ("29/2 có làm không", {}),
        ("2 tháng 3 ngày có xong không", {}),
        ("mùng mười tháng ba có làm không", {"holiday": "Giỗ Tổ Hùng Vương"}),
        ("10/3 âm lịch có nghỉ không", {"holiday": "Giỗ Tổ Hùng Vương"}),
        ("23/12 âm lịch có làm không", {}),
        ("rằm tháng bảy, 15 tháng 7 âm, có làm không", {}),
        ("mùng 99 tết", {"holiday": "Tết Nguyên đán"}),
        ("lấy số thứ tự từ mấy giờ", {}),
        ("lay so thu tu tu may gio", {}),
        ("sang tên sổ đỏ thì mấy giờ làm việc", {}),
        ("hôm kia tôi đến không có ai", {}),
        ("tôi bốn mươi mốt tuổi", {}),
        ("0 giờ", {"clock": time(0)}),
        ("12 giờ đêm có ai trực không", {"clock": time(0)}),
        ("10 giờ đêm", {"clock": time(22)}),
        ("2 giờ đêm", {"clock": time(2)}),
        ("25 giờ", {}),
        ("8 giờ tôi đến có ai không", {"clock": time(8)}),
        ("8 giờ đem giấy ra được không", {"clock": time(8)}),
        ("3 giờ sang nộp được không", {"clock": time(15)}),
        ("sau giờ làm việc có nhận hồ sơ không", {}),
        ("từ giờ đến chiều còn nhận không", {"part": Part.AFTERNOON}),
        ("chờ mãi không thấy mở cửa", {}),
        ("có trực 24/7 không", {}),
        ("thứ 2-6 làm mấy giờ", {}),
        ("từ 7-11 giờ phải không", {"clock": time(11)}),
        ("đến lần thứ hai rồi vẫn đóng cửa", {}),
        ("mấy giờ tổ công nghệ số làm việc", {}),
        ("trung tâm ở đường Hùng Vương mấy giờ mở cửa", {}),
        ("nghỉ lễ Hùng Vương mấy ngày", {"holiday": "Giỗ Tổ Hùng Vương", "length": True}),
    ],
)
def test_other_words_of_time(text: str, rest: dict[str, Any]) -> None:
    assert heard(text).model_dump(exclude_defaults=True) == rest


def test_a_weekday_said_on_that_day_is_today() -> None:
    assert heard("thứ tư này", date(2026, 11, 25)).day == date(2026, 11, 25)
    assert heard("thứ tư tuần sau", date(2026, 11, 25)).day == date(2026, 12, 2)


def test_tet_of_a_year_not_known_is_no_day() -> None:
    assert heard("mùng 2 tết", date(2027, 6, 1)).day is None


@given(st.text(max_size=60), st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_any_text_is_read(text: str, today: date) -> None:
    assert read(text, today, NEW_YEARS.get) == read(text, today, NEW_YEARS.get)


@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=8,
    ).map(" ".join),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
)  # fmt: skip
def test_words_of_time_in_any_order_are_read(text: str, today: date) -> None:
    day = read(text, today, NEW_YEARS.get).day
    assert day is None or day >= today
