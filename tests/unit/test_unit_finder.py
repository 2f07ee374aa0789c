"""What citizens call the place they live in leads to the unit of today, or to a question."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.resources import intent_examples
from knowledge_base import unit_finder
from knowledge_base.text import strip_accents
from knowledge_base.unit_finder import Match, UnitFinder
from knowledge_base.units import Unit, Units

UNITS = Units()
FINDER = UnitFinder(UNITS)


def names(text: str, within: str | None = None) -> list[str]:
    found = [UNITS.by_code(m.code) for m in FINDER.find(text, within).matches]
    return [unit.name for unit in found if unit is not None]


def full(unit: Unit) -> str:
    province = UNITS.province_of(unit.code)
    assert province is not None
    return f"{unit.name}, {province.name}"


def test_every_commune_is_found_by_its_name_and_province() -> None:
    for unit in UNITS.communes:
        found = FINDER.find(full(unit))
        assert found.matches == (Match(unit.code),), full(unit)
        assert found.whole


def test_every_commune_is_found_without_accents() -> None:
    """The seven pairs that only an accent tells apart are both offered."""
    several = 0
    for unit in UNITS.communes:
        text = strip_accents(full(unit)).lower().replace(",", "")
        found = FINDER.find(text)
        assert Match(unit.code) in found.matches, text
        assert found.whole
        several += len(found.matches) > 1
    assert several <= 16


def test_every_province_is_found() -> None:
    for unit in UNITS.provinces:
        short = unit.name.removeprefix("Tỉnh ").removeprefix("Thành phố ")
        for text in (unit.name, short, strip_accents(unit.name).lower(), short.upper()):
            assert FINDER.find(text).matches == (Match(unit.code),), text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("xa dong hoa huyen di an", "Phường Đông Hòa"),
        ("xã Đông Hoà, thị xã Dĩ An, Bình Dương", "Phường Đông Hòa"),
        ("P.3, Q. Bình Thạnh", "Phường Gia Định"),
        ("phường bốn quận tám", "Phường Chánh Hưng"),
        ("Thị trấn Yên Viên", "Xã Phù Đổng"),
        ("xã cẩm giang hải dương", "Xã Cẩm Giang"),
        ("xã Thanh An, thành phố Hồ Chí Minh", "Xã Thanh An"),
        ("Hà Nội, phường Cầu Giấy", "Phường Cầu Giấy"),
        ("phường Xuân Hương", "Phường Xuân Hương - Đà Lạt"),
        ("xa ea h leo dak lak", "Xã Ea H'Leo"),
        ("xã Ea Hleo, Daklak", "Xã Ea H'Leo"),
        ("dac khu con dao", "Đặc khu Côn Đảo"),
        ("hà giang 1", "Phường Hà Giang 1"),
        ("số 5 ngõ 10 đường Láng, phường Láng, Hà Nội", "Phường Láng"),
        ("tỉnh Bình Dương", "Thành phố Hồ Chí Minh"),
        ("sài gòn", "Thành phố Hồ Chí Minh"),
        ("tphcm", "Thành phố Hồ Chí Minh"),
        ("phường Sài Gòn", "Phường Sài Gòn"),
        ("thừa thiên huế", "Thành phố Huế"),
        ("kon tum", "Tỉnh Quảng Ngãi"),
        ("dạ nhà tôi ở phường Cầu Giấy ạ", "Phường Cầu Giấy"),
    ],
)
def test_one_unit_is_meant(text: str, name: str) -> None:
    assert names(text) == [name]


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("Cầu Giấy", ["Phường Cầu Giấy", "Phường Nghĩa Đô", "Phường Yên Hòa"]),
        ("quận 1", ["Phường Bến Thành", "Phường Sài Gòn"]),
        ("q1 tphcm", ["Phường Bến Thành", "Phường Sài Gòn"]),
        ("huyện châu thành long an", ["Xã Tầm Vu", "Xã Vĩnh Công"]),
        ("chau thanh long an", ["Xã Tầm Vu", "Xã Vĩnh Công"]),
        ("Vũng Tàu", ["Phường Vũng Tàu", "Phường Tam Thắng", "Xã Long Sơn"]),
        ("quận 9", ["Phường Tăng Nhơn Phú", "Phường Long Phước"]),
        ("ban mê thuột", ["Phường Buôn Ma Thuột"]),
    ],
)
def test_several_are_possible(text: str, among: list[str]) -> None:
    found = names(text)
    assert len(found) > 1
    assert set(among) <= set(found)


def test_a_name_of_many_places_is_narrowed_by_the_province() -> None:
    anywhere = names("xã Tân Lập")
    assert len(anywhere) > 10
    assert anywhere[:3] == ["Xã Tân Lập"] * 3, "those of today first"
    assert names("xã Tân Lập", within="68") == ["Xã Tân Lập"]
    assert names("xã Tân Lập", within="48") == anywhere, "none there: it says nothing"
    assert names("xã Tân Lập, Lâm Đồng") == ["Xã Tân Lập"]


def test_an_old_name_is_told() -> None:
    (match,) = FINDER.find("xa dong hoa huyen di an").matches
    assert match.former is not None
    assert match.former.name == "Phường Đông Hòa"
    assert match.former.around[:2] == ("Thành phố Dĩ An", "Tỉnh Bình Dương")


@pytest.mark.parametrize(
    "text",
    [
        "", "không biết", "mấy giờ mở cửa", "thế cần giấy gì", "chưa", "đồng ý", "dong y", "dung",
        "tỉnh", "phường Cầu Giấy, Đà Nẵng", "phường Không Có Thật", "12", "ở xã", "🏠",
        "công an xã làm đến mấy giờ",
    ],
)  # fmt: skip
def test_nothing_is_named(text: str) -> None:
    assert not FINDER.find(text).matches


def test_commands_and_questions_are_no_places() -> None:
    """No training sentence about something else is taken for an answer to "ở xã nào?"."""
    about = intent_examples()
    examples = [text for intent in about if intent != "set_place" for text in about[intent]]
    assert len(examples) > 3000
    places = [t for t in examples if (found := FINDER.find(t)).matches and found.whole]
    assert places == []


PIECES = (
    "xã", "phường", "huyện", "tỉnh", "tân", "lập", "hà", "nội", "1", "p", "q", "tp", ",", ".",
    "-", "'", "cầu", "giấy", "ở", "tôi", "anh",
)  # fmt: skip


@settings(deadline=None)  # the first one builds the index
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    for match in FINDER.find(text).matches:
        assert UNITS.by_code(match.code)


def test_a_message_twice_as_long_is_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str) -> str:
        read.append(text)
        return strip_accents(text)

    monkeypatch.setattr(unit_finder, "strip_accents", counted)

    def work(times: int) -> int:
        read.clear()
        FINDER.find("toi muon hoi viec nay " * times)
        return len(read)

    work(1)  # the names are indexed
    assert work(80) < 3 * work(40)
