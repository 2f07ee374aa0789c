"""The units of today are all there, and reading them touches no network."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from knowledge_base import units
from knowledge_base.units import Tier, Units, UnitsError

UNITS = Units()


def test_the_counts_are_those_of_july_2025() -> None:
    """Resolution 202/2025/QH15 and those on communes: 34 provinces; 2,621 communes, 687 wards and
    13 special zones."""
    assert len(UNITS.provinces) == 34
    kinds = Counter(next(k for k in units.KINDS if u.name.startswith(k)) for u in UNITS.communes)
    assert kinds == {"Xã": 2621, "Phường": 687, "Đặc khu": 13}


def test_before_there_were_63_provinces_and_696_districts() -> None:
    tiers = Counter(place.tier for place in units.places())
    assert tiers == {
        Tier.PROVINCE: 34, Tier.COMMUNE: 3321,
        # The other 34 keep their names.
        Tier.OLD_PROVINCE: 63 - 34, Tier.OLD_DISTRICT: 696, Tier.OLD_COMMUNE: 10035,
    }  # fmt: skip


def test_every_place_leads_to_units_of_today() -> None:
    for place in units.places():
        assert place.today, place
        for code in place.today:
            unit = UNITS.by_code(code)
            province = UNITS.province_of(code)
            assert unit is not None
            assert province is not None
            assert province.is_province
            assert province.name in (place.name, *place.around)


def test_a_unit_is_said_with_its_province() -> None:
    unit = UNITS.by_code("00166")
    assert unit is not None
    assert UNITS.said(unit) == "phường Cầu Giấy, thành phố Hà Nội"
    province = UNITS.province_of("00166")
    assert province is not None
    assert province.code == "01"
    assert UNITS.said(province) == "thành phố Hà Nội"
    assert UNITS.by_code("99999") is None
    assert UNITS.province_of("nowhere") is None


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "_LIBRARY", "no_such_library")
    with pytest.raises(UnitsError, match="make setup"):
        Units().by_code("01")


_GUARDED = """
import socket, sys
def refuse(*args, **kwargs):
    raise AssertionError("a socket was opened")
socket.socket = socket.create_connection = socket.getaddrinfo = refuse
from knowledge_base.unit_finder import UnitFinder
from knowledge_base.units import Units
units = Units()
finder = UnitFinder(units)
# Divided communes with a street are what the library's converter asks a geocoder about.
for text in ("12 Láng Hạ, phường Láng Hạ, quận Đống Đa, Hà Nội", "xã Hòa Liên, Hòa Vang, Đà Nẵng"):
    assert finder.find(text).matches, text
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"vietnamadminunits", "geopy", "shapely"}, loaded
"""


def test_no_address_leaves_the_machine() -> None:
    """Neither a socket nor the library's own code, which would open one."""
    subprocess.run([sys.executable, "-c", _GUARDED], check=True)
