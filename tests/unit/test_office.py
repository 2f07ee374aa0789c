"""What is said of opening hours, holidays and the office nearby. Now is Monday 23/11/2026, 9:00."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import answer, office
from actions.perform import World, perform
from actions.place import Places
from actions.state import Action, Aspect, Kind, State
from knowledge_base import public_holidays
from knowledge_base.offices import Directory, OfficeKind, Offices
from knowledge_base.units import Units
from tests.samples import NOW, PHONE, Talk, meant, procedure, world

CODE = "1.000001"
ZONE = timezone(timedelta(hours=7))
HOURS = {
    "ngay_thuong": ["07:30-11:30", "13:30-17:00"],
    "thu_bay": ["07:30-11:30"],
    "chu_nhat": [],
}
UNITS, HOLIDAYS = Units(), public_holidays.load()


def entry(name: str, kind: str, unit: str, **more: Any) -> dict[str, Any]:
    slug = f"{kind}-{unit}".replace("_", "-")
    given = {"id": slug, "ten": name, "loai": kind, "don_vi": unit, "nguon": "bao"}
    return {**given, "dia_chi": "1 đường Thử", **more}


def places(*entries: dict[str, Any], commune: str | None = None) -> Places:
    source = {"id": "bao", "ten": "Báo địa phương", "ngay": "2026-01-02"}
    read = Offices.model_validate({"nguon": [source], "noi": entries}, by_alias=True, by_name=False)
    return Places(UNITS, commune, Directory(read.offices, read.sources), HOLIDAYS)


CENTRE = entry(
    "Trung tâm Phục vụ hành chính công phường Cầu Giấy", "trung_tam_hanh_chinh_cong", "00166",
    gio=HOURS, dien_thoai="024 1234 5678",
)  # fmt: skip
SILENT = entry(
    "Trung tâm Phục vụ hành chính công phường Láng", "trung_tam_hanh_chinh_cong", "00199",
    dien_thoai="024 8765 4321",
)  # fmt: skip


def ask(text: str, known: Places, now: datetime = NOW, unit: str | None = "00166") -> Any:
    """The reply to a question about hours."""
    state = State(unit=unit)
    spoken = replace(world(procedure()), places=known)
    outcome = perform(office.asked(text, state, known, now), state, spoken, now)
    assert len(outcome.replies[-1].text) <= 300
    return outcome.replies[-1]


@pytest.mark.parametrize(
    ("text", "day", "clock", "said"),
    [
        ("giờ này còn làm không", 23, "9:00", "Bây giờ đang làm việc, đến 11 giờ 30."),
        ("mấy giờ mở cửa", 23, "9:00", "Giờ làm việc: thứ hai đến thứ sáu 7 giờ 30 đến 11 giờ 30, "
         "13 giờ 30 đến 17 giờ; thứ bảy 7 giờ 30 đến 11 giờ 30; chủ nhật nghỉ."),
        ("giờ này còn làm không", 23, "12:10",
         "Bây giờ đang nghỉ trưa. Mở cửa lại hôm nay thứ hai 23/11 lúc 13 giờ 30."),
        ("giờ này còn làm không", 23, "6:00", "Hôm nay mở cửa lúc 7 giờ 30."),
        # the next day is a holiday
        ("giờ này còn làm không", 23, "17:00",
         "Hôm nay hết giờ làm việc rồi. Mở cửa lại thứ tư 25/11 lúc 7 giờ 30."),
        ("hôm nay có làm không", 22, "9:00", "Hôm nay chủ nhật 22/11 không làm việc. "
         "Mở cửa lại ngày mai thứ hai 23/11 lúc 7 giờ 30."),
        ("24/11 có nghỉ không", 23, "9:00", "Ngày mai thứ ba 24/11 dự kiến nghỉ lễ: "
         "Ngày Văn hóa Việt Nam. Lịch nghỉ chính thức, tôi chưa có."),
        ("thứ bảy có làm không", 23, "9:00", "Thứ bảy 28/11 làm việc 7 giờ 30 đến 11 giờ 30."),
        ("chiều thứ bảy có làm không", 23, "9:00", "Chiều thứ bảy 28/11 không làm việc. "
         "Thứ bảy 28/11 làm việc 7 giờ 30 đến 11 giờ 30."),
        ("chiều làm từ mấy giờ", 23, "9:00",
         "Chiều hôm nay thứ hai 23/11 làm việc 13 giờ 30 đến 17 giờ."),
        ("trưa có ai trực không", 23, "9:00", "Trưa hôm nay thứ hai 23/11 không làm việc."),
        ("11h còn nhận không", 23, "9:00",
         "Lúc 11 giờ hôm nay thứ hai 23/11 đang giờ làm việc, đến 11 giờ 30."),
        ("năm giờ chiều còn nhận không", 23, "9:00",
         "Lúc 17 giờ hôm nay thứ hai 23/11 không làm việc. Mở cửa lại thứ tư 25/11"),
        ("mùng 4 tết có làm không", 23, "9:00", "Thứ ba 9/2 nằm trong dịp Tết Nguyên đán. "
         "Lịch nghỉ chính thức của năm 2027, tôi chưa có."),
    ],
)  # fmt: skip
def test_the_hours_of_a_known_office(text: str, day: int, clock: str, said: str) -> None:
    hour, _, minute = clock.partition(":")
    now = NOW.replace(day=day, hour=int(hour), minute=int(minute))
    reply = ask(text, places(CENTRE), now)
    assert reply.text.startswith("Trung tâm Phục vụ hành chính công phường Cầu Giấy:\n")
    assert said in reply.text
    assert "Theo Báo địa phương ngày 02/01/2026." in (reply.source or "")


def test_a_day_that_is_not_written_is_not_known() -> None:
    hours = {"ngay_thuong": ["07:30-11:30"]}
    reply = ask("thứ bảy có làm không", places({**CENTRE, "gio": hours}))
    assert "Thứ bảy 28/11 có làm việc hay không, tôi chưa rõ." in reply.text
    assert "024 1234 5678" in reply.text


def test_a_holiday_carries_its_own_source_as_far_as_it_may_be_trusted() -> None:
    reply = ask("mai có nghỉ không", places(CENTRE))
    assert "nguồn chưa chính thức (Nghị quyết 80-NQ/TW" in (reply.source or "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mấy giờ mở cửa", "thường làm việc thứ hai đến thứ sáu, nghỉ ngày lễ"),
        ("thứ bảy có làm không", "Thứ bảy 28/11: có nơi làm việc, có nơi nghỉ"),
        ("chủ nhật có làm không", "Chủ nhật 29/11: các nơi thường nghỉ"),
        ("thứ sáu làm tới mấy giờ", "Thứ sáu 27/11 là ngày làm việc."),
        ("24/11 có nghỉ không", "Ngày mai thứ ba 24/11 dự kiến nghỉ lễ: Ngày Văn hóa Việt Nam."),
        ("giờ này còn làm không", "Hôm nay thứ hai 23/11 là ngày làm việc."),
    ],
)
def test_without_an_office_what_holds_everywhere_is_said_and_whom_to_ask(
    text: str, said: str
) -> None:
    reply = ask(text, places(), unit=None)
    assert said in reply.text
    assert PHONE in reply.text
    assert reply.source
    for sure in ("không làm việc", "đóng cửa"):
        assert sure not in reply.text, "nothing is closed for certain"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tết nghỉ mấy ngày", "Mùng một Tết 2027 là thứ bảy 6/2/2027. Luật cho nghỉ Tết 5 ngày."),
        ("quốc khánh nghỉ mấy ngày", "Quốc khánh 2027: dự kiến nghỉ từ thứ năm 2/9/2027"),
        ("giỗ tổ có nghỉ không", "Giỗ Tổ Hùng Vương 2027 nghỉ một ngày: thứ sáu 16/4/2027."),
        ("lễ này nghỉ đến bao giờ", "2026: dự kiến nghỉ một ngày, thứ ba 24/11/2026."),
    ],
)
def test_a_holiday_as_a_whole(text: str, said: str) -> None:
    reply = ask(text, places(CENTRE), unit=None)
    assert said in reply.text
    assert reply.source


def test_an_announced_holiday_is_told_in_days() -> None:
    now = NOW.replace(month=1, day=12)
    reply = ask("tết nghỉ mấy ngày", places(), now, unit=None)
    assert "Tết Nguyên đán 2026 nghỉ 9 ngày, từ thứ bảy 14/2/2026 đến chủ nhật 22/2/2026" in (
        reply.text
    )


def test_after_the_last_known_holiday_that_is_said() -> None:
    reply = ask("tết nghỉ mấy ngày", places(), NOW.replace(year=2031), unit=None)
    assert "chưa có trong lịch" in reply.text
    assert reply.source is None


def test_an_office_without_hours_gives_its_number() -> None:
    reply = ask("mấy giờ mở cửa", places(SILENT), unit="00199")
    assert "Tôi chưa có giờ làm việc của Trung tâm Phục vụ hành chính công phường Láng." in (
        reply.text
    )
    assert "024 8765 4321" in reply.text


def test_the_place_named_in_the_question_counts_before_the_citizens_own() -> None:
    reply = ask("trung tâm phường Láng mấy giờ đóng cửa", places(CENTRE, SILENT))
    assert "phường Láng" in reply.text
    tax = entry("Thuế cơ sở 1", "thue", "00166", gio={"ngay_thuong": []})
    assert ask("thuế mấy giờ làm", places(CENTRE, tax)).text.startswith("Thuế cơ sở")
    police = entry("Công an phường Cầu Giấy", "cong_an", "00166", gio={"ngay_thuong": []})
    assert ask("công an phường mấy giờ mở", places(CENTRE, police)).text.startswith("Công an")
    assert "phường Cầu Giấy" not in ask("bưu điện mở tới mấy giờ", places(CENTRE)).text


def talk(known: Places, **heard: str) -> Talk:
    spoken = replace(world(procedure(cap=["xa"])), places=known)
    return Talk(spoken, {text: meant(intent) for intent, text in heard.items()})


def test_the_unit_is_asked_only_where_hours_are_kept() -> None:
    text = "mấy giờ mở cửa"
    said = talk(places(CENTRE), office_hours=text)
    assert "ở xã, phường nào" in said.say(text)
    assert said.say("phường Cầu Giấy").startswith("Trung tâm Phục vụ hành chính công phường Cầu")
    assert said.state.unit == "00166"
    assert "Giờ làm việc:" in said.say(text), "not asked again"
    general = talk(places(SILENT), office_hours=text)
    assert "mỗi nơi một khác" in general.say(text)
    general.press("Giờ làm việc ở xã, phường tôi")
    assert "024 8765 4321" in general.say("phường Láng, Hà Nội")


def test_who_would_not_say_where_they_live_gets_the_general_hours() -> None:
    said = talk(places(CENTRE), office_hours="mấy giờ mở cửa")
    said.say("mấy giờ mở cửa")
    assert "mỗi nơi một khác" in said.press("Trả lời chung")
    assert "mỗi nơi một khác" in said.say("mấy giờ mở cửa")


def test_the_hours_of_another_place_follow_on_its_name() -> None:
    known = places(CENTRE, {**SILENT, "gio": {"thu_hai": ["07:00-11:00"]}}, commune="00166")
    said = talk(known, office_hours="thứ hai có làm không", set_place="tôi ở phường Láng")
    said.say("thứ hai có làm không")
    assert "phường Láng:" in said.say("còn phường Láng thì sao")
    assert said.state.unit is None, "the citizen lives where they live"
    assert "7 giờ đến 11 giờ" in said.replies[-1].text
    said.say("tôi ở phường Láng")
    assert said.state.unit == "00199", "this is said of oneself"


def test_the_commune_of_the_deployment_needs_no_asking() -> None:
    said = talk(places(CENTRE, commune="00166"), office_hours="mấy giờ mở cửa")
    assert "Giờ làm việc:" in said.say("mấy giờ mở cửa")
    assert said.events == ("hours",)


def test_the_question_is_answered_again_for_its_own_day() -> None:
    said = talk(places(CENTRE, commune="00166"), office_hours="thứ bảy có làm không", repeat="hả")
    first = said.say("thứ bảy có làm không")
    assert said.say("hả") == first


def test_another_day_said_alone_is_asked_of_the_same_office() -> None:
    police = entry("Công an phường Cầu Giấy", "cong_an", "00166", gio=HOURS)
    said = talk(places(CENTRE, police, commune="00166"), office_hours="công an mấy giờ mở cửa")
    assert said.say("công an mấy giờ mở cửa").startswith("Công an phường Cầu Giấy")
    assert said.say("thế thứ bảy").startswith("Công an phường Cầu Giấy:\nThứ bảy 28/11")


def near(known: Places, unit: str | None, **fields: Any) -> Any:
    spoken = replace(world(procedure(CODE, **fields)), places=known)
    action = Action(kind=Kind.SHOW, code=CODE, aspect=Aspect.PLACE)
    outcome = perform(action, State(unit=unit), spoken, NOW)
    assert len(outcome.replies[-1].text) <= 300
    return outcome.replies[-1]


def test_the_office_of_the_citizens_unit_is_shown_with_the_way_there() -> None:
    reply = near(places(CENTRE), "00166")
    assert reply.text.splitlines() == [
        "Xin giấy thử, ông/bà nộp ở đây:",
        "• Trung tâm Phục vụ hành chính công phường Cầu Giấy, 1 đường Thử.",
        "Điện thoại 024 1234 5678.",
        "Bây giờ đang làm việc, đến 11 giờ 30.",
        "Trong thành phố Hà Nội, Trung tâm Phục vụ hành chính công nào cũng nhận.",
    ]
    assert "mã 1.000001" in reply.source
    assert "Báo địa phương ngày 02/01/2026" in reply.source
    (link,) = (c.url for c in reply.choices if c.url)
    assert link.startswith("https://www.google.com/maps/search/?api=1&query=Trung%20t%C3%A2m")
    assert reply.choices[0].label == "Quy định về nơi nộp"
    point = {**CENTRE, "toa_do": {"vi_do": 21.03, "kinh_do": 105.8}}
    (link,) = (c.url for c in near(places(point), "00166").choices if c.url)
    assert link.endswith("query=21.03,105.8")


def test_what_the_record_says_is_one_press_away() -> None:
    known = places(CENTRE)
    spoken = replace(
        world(procedure(CODE, noi_nop=[{"ten": "Cấp xã nơi cư trú của cha"}])), places=known
    )
    action = Action(kind=Kind.SHOW, code=CODE, aspect=Aspect.PLACE)
    state = perform(action, State(unit="00166"), spoken, NOW).state
    (rule,) = (o.action for o in state.offers if o.label == "Quy định về nơi nộp")
    reply = perform(rule, state, spoken, NOW).replies[-1]
    assert "nơi cư trú của cha" in reply.text


def test_without_an_office_the_record_speaks_and_the_unit_may_be_told() -> None:
    plain = near(places(), None)
    other = near(places(CENTRE), "00199")  # another ward's office is not called near
    unknown = "Địa chỉ, điện thoại ở phường Láng, thành phố Hà Nội, tôi chưa có."
    assert other.text == f"{plain.text}\n{unknown}"
    offered = near(places(CENTRE), None)
    assert offered.text == plain.text
    assert offered.choices[0].label == "Nơi nộp gần tôi"


def test_an_invented_office_says_so_and_is_on_no_map() -> None:
    name = f"{CENTRE['ten']} (dữ liệu mẫu)"
    for reply in (
        near(places({**CENTRE, "ten": name, "mau": True}), "00166"),
        ask("mấy giờ mở cửa", places({**CENTRE, "ten": name, "mau": True})),
    ):
        assert "Đây là dữ liệu mẫu để thử, không có thật." in reply.text
        assert [c for c in reply.choices if c.url] == []


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"noi_nop": [{"ten": "Công an cấp xã nơi cư trú"}]}, "cong_an"),
        ({"noi_nop": [{"ten": "Công an cấp xã bất kỳ"}], "linh_vuc": "Cấp căn cước"}, "can_cuoc"),
        ({"noi_nop": [{"ten": "Công an cấp tỉnh"}], "cap": ["tinh"],
          "ten_chinh_thuc": "Cấp hộ chiếu phổ thông"}, "xuat_nhap_canh"),
        ({"co_quan": "Cơ quan bảo hiểm xã hội", "cap": ["tinh"]}, "bhxh"),
        ({"noi_nop": [{"ten": "Cơ quan thuế đang quản lý"}]}, "thue"),
        ({"noi_nop": [{"ten": "Ủy ban nhân dân cấp xã"}]}, "trung_tam_hanh_chinh_cong"),
        ({}, "trung_tam_hanh_chinh_cong"),
        ({"noi_nop": [{"ten": "Nhà cho thuê"}]}, None),
        ({"cap": ["tinh"]}, None),
        ({"noi_nop": [{"ten": "Công an cấp tỉnh"}], "cap": ["tinh"]}, None),
    ],
)  # fmt: skip
def test_which_office_takes_a_procedure(fields: dict[str, Any], kind: str | None) -> None:
    kinds = [kind.value for kind in OfficeKind]
    units = {"xuat_nhap_canh": "01"}
    known = places(*(entry(f"Nơi {k}", k, units.get(k, "00166")) for k in kinds))
    text = near(known, "00166", **fields).text
    assert [k for k in kinds if f"Nơi {k}, 1 đường" in text] == ([kind] if kind else [])


def test_a_province_has_a_centre_of_its_own() -> None:
    city = entry("Trung tâm thành phố", "trung_tam_hanh_chinh_cong", "01")
    known = places(CENTRE, city)
    at_centre = {"noi_nop": [{"ten": "Trung tâm Phục vụ hành chính công cấp tỉnh"}]}
    assert "Trung tâm thành phố" in near(known, "00166", cap=["tinh"], **at_centre).text
    assert "Trung tâm thành phố" not in near(known, "01").text
    assert near(known, "01").choices[0].label == "Nơi nộp gần tôi", "which commune is not known"


def test_all_offices_of_a_unit_are_shown() -> None:
    two = [{**CENTRE, "id": f"noi-{n}", "dia_chi": f"{n} đường Thử"} for n in (1, 2)]
    assert near(places(*two), "00166").text.count("• ") == 2
    passport = entry("Phòng Quản lý xuất nhập cảnh", "xuat_nhap_canh", "01")
    reply = near(
        places(passport), "00166", ten_chinh_thuc="Cấp hộ chiếu",
        noi_nop=[{"ten": "Công an cấp tỉnh"}],
    )  # fmt: skip
    assert "Phòng Quản lý xuất nhập cảnh" in reply.text


SAMPLES = places(CENTRE, {**SILENT, "gio": {"thu_hai": ["07:00-11:00"]}})


@cache
def spoken_world() -> World:
    return replace(world(procedure(CODE, cap=["xa"])), places=SAMPLES)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ("mai", "mốt", "thứ bảy", "24/11", "giờ này", "7 giờ", "chiều", "tết", "mấy ngày", "lễ",
             "trưa", "công an", "phường Láng", "mùng 2 tết", "cuối tuần", "có làm không")
        ),
        max_size=6,
    ).map(" ".join),
    st.datetimes(datetime(2025, 6, 1), datetime(2029, 6, 1), timezones=st.just(ZONE)),  # noqa: DTZ001
    st.sampled_from((None, "01", "00166", "00199", "79")),
)  # fmt: skip
def test_any_question_at_any_moment_gets_an_answer_that_fits(
    text: str, now: datetime, unit: str | None
) -> None:
    state = State(unit=unit)
    action = office.asked(text, state, SAMPLES, now)
    outcome = perform(action, state, spoken_world(), now)
    for reply in outcome.replies:
        assert 0 < len(reply.text) <= 300
        assert "{" not in reply.text
    again = State.restore(outcome.state.model_dump(mode="json"))
    assert again == outcome.state


def test_what_the_portal_changed_is_said_after_the_office() -> None:
    known, asked = places(CENTRE), procedure(CODE)
    action = Action(kind=Kind.SHOW, code=CODE, aspect=Aspect.PLACE)
    tell = world(asked).telling(State(), NOW)
    tell = replace(tell, unit="00166", notice="Cổng vừa đổi.")
    told = office.near(answer.show(action, asked, tell), action, asked, known, tell)
    assert told.text.splitlines()[-1] == "Cổng vừa đổi."
    assert told.text.count("Cổng vừa đổi.") == 1


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("phường Hoàng Mai mấy giờ mở cửa", None),
        ("xa xuan mai may gio mo cua", None),
        ("mai phường Hoàng Mai có làm không", 24),
        ("phường Tân Mai chiều mai có làm không", 24),
    ],
)
def test_the_name_of_a_place_is_no_day(text: str, day: int | None) -> None:
    asked = office.asked(text, State(), places(CENTRE), NOW)
    assert asked.when
    assert (asked.when.day.day if asked.when.day else None) == day


@pytest.mark.parametrize("known", [places(CENTRE), places()])
def test_a_day_of_a_year_without_a_list_of_holidays_is_not_surely_worked(known: Places) -> None:
    later = datetime(2027, 1, 4, 9, tzinfo=ZONE)
    assert "lịch nghỉ lễ năm 2028, tôi chưa có" in ask("1/1 có làm không", known, later).text
    assert "2028" not in ask("mai có làm không", known, later).text


@pytest.mark.parametrize(("case", "told"), [(None, False), ("mua", False), ("thue", True)])
def test_no_office_is_told_to_whom_another_place_is_for(case: str | None, told: bool) -> None:
    bought = {"ten": "Chủ đầu tư dự án", "truong_hop": "mua"}
    rented = {"ten": "Trung tâm Phục vụ hành chính công cấp xã", "truong_hop": "thue"}
    found = procedure(
        truong_hop=[{"id": "mua", "ten": "là người mua"}, {"id": "thue", "ten": "là người thuê"}],
        noi_nop=[bought, rented],
    )
    spoken = replace(world(found), places=places(CENTRE))
    action = Action(kind=Kind.SHOW, code=CODE, aspect=Aspect.PLACE, case=case)
    said = perform(action, State(unit="00166"), spoken, NOW).replies[-1].text
    assert ("phường Cầu Giấy" in said) is told
