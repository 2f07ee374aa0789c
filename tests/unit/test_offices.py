"""Offices and holidays as officials write them: right ones are read, wrong ones told by line."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from holidays.countries.vietnam import Vietnam

from knowledge_base import offices, public_holidays
from knowledge_base.loader import PACKAGE, KnowledgeError
from knowledge_base.offices import OfficeKind
from knowledge_base.opening import Session
from knowledge_base.problems import Problem, Severity
from knowledge_base.units import Units

UNITS = Units()
HEAD = """\
nguon:
  - {id: bao, ten: Báo địa phương, ngay: 2026-01-02}
noi:
"""
OFFICE = """\
  - id: trung-tam-{n}
    ten: Trung tâm thử{end}
    loai: trung_tam_hanh_chinh_cong
    don_vi: "00166"
    dia_chi: 1 đường Thử
    nguon: bao
"""


def told(root: Path) -> list[str]:
    found = offices.check_offices(root)
    return [str(p).replace(f"{root}/", "") for p in found if p.severity is Severity.ERROR]


def write(root: Path, *entries: str, name: str = offices.FILE) -> Path:
    (root / name).write_text(HEAD + "".join(entries), encoding="utf-8")
    return root


def office(n: int = 1, *lines: str, end: str = "") -> str:
    return OFFICE.format(n=n, end=end) + "".join(f"    {line}\n" for line in lines)


def test_hours_are_read_as_they_are_written(tmp_path: Path) -> None:
    hours = (
        'gio: {ngay_thuong: ["07:30-11:30", "13:30-17:00"], thu_sau: ["07:30-11:30"], chu_nhat: []}'
    )
    write(tmp_path, office(1, hours, "dien_thoai: 028.39102126"))
    assert told(tmp_path) != [], "a number must stand in quotation marks"
    write(tmp_path, office(1, hours, 'dien_thoai: "028.39102126"'))
    assert told(tmp_path) == []
    directory = offices.load(tmp_path)
    (found,) = directory.of(OfficeKind.CENTRE, "00166")
    morning = Session(time(7, 30), time(11, 30))
    assert found.hours[0] == (morning, Session(time(13, 30), time(17)))
    assert found.hours[4] == (morning,)
    assert found.hours[6] == ()
    assert 5 not in found.hours, "not written is not known"
    assert directory.source_of(found).title == "Báo địa phương"
    assert directory.of(OfficeKind.TAX, "00166") == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('gio: {ngay_thuong: ["7:30-11:30"]}', "noi[1].gio: giờ '7:30-11:30' viết chưa đúng"),
        ('gio: {ngay_thuong: ["11:30-07:30"]}', "noi[1].gio: các buổi phải theo thứ tự"),
        ('gio: {thu_hai: ["07:30-11:30", "11:00-17:00"]}', "noi[1].gio: các buổi phải theo thứ tự"),
        ("gio: {thu_tam: []}", "noi[1].gio: không có ngày tên 'thu_tam'"),
        ("gio: sáng chiều", "noi[1].gio: gio phải gồm các mục"),
        ('dien_thoai: "gọi cô Ba"', "noi[1].dien_thoai: 'gọi cô Ba' không phải số điện thoại"),
        ("toa_do: {vi_do: 48.8, kinh_do: 105}", "noi[1].toa_do.vi_do: không được lớn hơn 24"),
        ("dien_thoi: x", "không có mục tên này (có phải ý là 'dien_thoai'?)"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    (said,) = told(write(tmp_path, office(1, line)))
    number = (tmp_path / offices.FILE).read_text(encoding="utf-8").splitlines().index(f"    {line}")
    assert said.startswith(f"{offices.FILE}:{number + 1}: ")
    assert message in said
    with pytest.raises(KnowledgeError, match="offices"):
        offices.load(tmp_path)


def test_references_are_checked(tmp_path: Path) -> None:
    wrong = office(1).replace("00166", "99999").replace("nguon: bao", "nguon: dai")
    said = told(write(tmp_path, office(1), wrong))
    assert [s.partition(": ")[2] for s in said] == [
        "noi[2].id: id 'trung-tam-1' đã dùng ở trên",
        "noi[2].don_vi: '99999' không phải mã tỉnh, xã nào hiện nay",
        "noi[2].nguon: nguon 'dai' chưa khai",
    ]


def test_samples_stand_apart_and_say_so(tmp_path: Path) -> None:
    sample = office(1, "mau: true", end=" (dữ liệu mẫu)")
    assert "dữ liệu thật để ở" in told(write(tmp_path, sample))[0]
    write(tmp_path, office(2))
    write(tmp_path, office(1, "mau: true"), office(3), name=offices.SAMPLES)
    assert [s.split(":")[2].strip() for s in told(tmp_path)] == ["noi[1].ten", "noi[2].mau"]
    write(tmp_path, sample, name=offices.SAMPLES)
    assert told(tmp_path) == []
    assert [o.id for o in offices.load(tmp_path).offices] == ["trung-tam-2"]
    both = offices.load(tmp_path, samples=True).offices
    assert [o.sample for o in both] == [False, True]
    reminders = [p for p in offices.check_offices(tmp_path) if p.severity is Severity.WARNING]
    assert ["có 1 nơi là dữ liệu mẫu" in p.message for p in reminders] == [True]


def test_the_real_offices_are_in_the_unit_they_name() -> None:
    """Nothing invented: each has a source with an address on the web, and lies where it says."""
    assert told(PACKAGE) == []
    directory = offices.load()
    assert len(directory.offices) >= 20
    for found in directory.offices:
        assert not found.sample
        assert (directory.source_of(found).url or "").startswith("https://")
        unit = UNITS.by_code(found.unit)
        assert unit is not None
        if not unit.is_province and found.kind is OfficeKind.CENTRE:
            assert unit.name.lower() in found.name.lower()
            assert unit.name.lower() in found.address.lower()


def reminders(day: date) -> list[Problem]:
    return list(public_holidays.check_holidays(PACKAGE, day))


def test_a_year_without_holidays_is_reminded_of() -> None:
    assert reminders(date(2026, 11, 25)) == []
    (expected,) = reminders(date(2026, 11, 22))  # no law was read that gives that day
    assert "Ngày Văn hóa Việt Nam" in expected.message
    assert "năm 2028" in reminders(date(2027, 11, 2))[0].message
    assert "năm 2030" in reminders(date(2030, 1, 1))[-1].message
    assert "du_kien" in reminders(date(2027, 1, 20))[0].message


def test_this_year_has_its_holidays() -> None:
    """A reminder, not a failure: the program says by itself that it has no list."""
    today = datetime.now(UTC).date()
    for problem in reminders(today):
        warnings.warn(str(problem), stacklevel=1)


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_working_days_off_are_those_of_the_library(year: int) -> None:
    """Two lists made apart from each other: ours from announcements, ``holidays`` 0.109."""
    calendar = public_holidays.load().calendar
    days = (date(year, 1, 1) + timedelta(n) for n in range(365))
    ours = {day for day in days if day.weekday() < 5 and calendar.holiday(day)}
    library = Vietnam(years=year)  # type: ignore[no-untyped-call]
    theirs = {day for day in library if day.weekday() < 5}
    assert ours == theirs
    assert all(day.weekday() >= 5 for day in calendar.worked or {})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nguon: luat}", "nguon: lat}", "nguon 'lat' chưa khai"),
        ("den: 2026-02-22", "den: 2026-12-22", "den phải sau tu, và không quá nửa tháng"),
        ("{2026: 2026-02-17", "{2026: 2025-02-17", "ngày không thuộc năm 2026"),
    ],
)
def test_a_slip_in_the_holidays_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (PACKAGE / public_holidays.FILE).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / public_holidays.FILE
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (problem,) = public_holidays.check_holidays(tmp_path, date(2026, 11, 25))
    assert message in problem.message
    assert problem.line > 1
    with pytest.raises(KnowledgeError, match=r"holidays\.yaml:\d+"):
        public_holidays.load(tmp_path)


def test_without_files_nothing_is_known(tmp_path: Path) -> None:
    assert offices.load(tmp_path, samples=True).offices == ()
    assert public_holidays.load(tmp_path).calendar.next_holiday(date(2026, 1, 1)) is None
