"""The administrative units of today, and what they were called before 1 July 2025.

The lists are those of the library ``vietnamadminunits`` (34 provinces and 3,321 communes, wards and
special zones, with the 63 provinces, districts and communes they were made of). Only its data files
are read: its functions are never imported, since ``convert_address`` asks a geocoder on the
internet, and a citizen's address never leaves the machine.
"""

from __future__ import annotations

import importlib.util
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

_LIBRARY = "vietnamadminunits"
_NOW = "parser_from_2025"
KINDS = (
    "Tỉnh", "Thành phố", "Quận", "Huyện", "Thị xã", "Thị trấn", "Phường", "Xã", "Đặc khu",
)  # fmt: skip
_ISLANDS = "NaN"  # districts without communes stand under this key


class UnitsError(RuntimeError):
    """The lists of units cannot be read; the message says what to do."""


class Tier(StrEnum):
    """Which level a name belongs to, today's or that before 1 July 2025."""

    PROVINCE = "province"
    COMMUNE = "commune"
    OLD_PROVINCE = "old_province"
    OLD_DISTRICT = "old_district"
    OLD_COMMUNE = "old_commune"


@dataclass(frozen=True, slots=True)
class Unit:
    """A province or a commune of today.

    ``code``: 2 digits for a province, 5 for a commune, ward or special zone; ``province``: the code
    of its province, a province's own; ``latitude``, ``longitude``: its middle, in degrees.
    """

    code: str
    name: str  # "Phường Cầu Giấy"
    province: str
    latitude: float
    longitude: float

    @property
    def is_province(self) -> bool:
        """Whether it is a province or a city of that rank."""
        return len(self.code) == 2


@dataclass(frozen=True, slots=True)
class Place:
    """A name that places bear or bore, and what of today lies there.

    ``kind`` and ``short``: "Huyện" and "Dĩ An"; ``today``: codes of units; ``around``: full names
    of what it lies or lay in, the smallest first; ``spellings``: other names, unaccented and
    without spaces.
    """

    tier: Tier
    kind: str
    short: str
    today: tuple[str, ...]
    around: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Kind and name, e.g. "Huyện Dĩ An"."""
        return f"{self.kind} {self.short}"


class Units:
    """All units; read when first needed (about 20 ms), kept afterwards."""

    def by_code(self, code: str) -> Unit | None:
        """The unit of a code such as ``01`` or ``00166``."""
        return self._by_code.get(code)

    def province_of(self, code: str) -> Unit | None:
        """The province that a unit lies in or is; None for an unknown code."""
        unit = self.by_code(code)
        return self.by_code(unit.province) if unit else None

    def said(self, unit: Unit) -> str:
        """A unit inside a sentence: "phường Cầu Giấy, thành phố Hà Nội"."""
        province = self._by_code[unit.province]
        names = (unit.name,) if unit.is_province else (unit.name, province.name)
        return ", ".join(name[:1].lower() + name[1:] for name in names)

    @cached_property
    def provinces(self) -> tuple[Unit, ...]:
        """The 34 provinces, by code."""
        return tuple(u for _, u in sorted(self._by_code.items()) if u.is_province)

    @cached_property
    def communes(self) -> tuple[Unit, ...]:
        """The 3,321 communes, wards and special zones, by code."""
        return tuple(u for _, u in sorted(self._by_code.items()) if not u.is_province)

    @cached_property
    def _by_code(self) -> Mapping[str, Unit]:
        now = _read(_NOW)
        units = {}
        for key, province in now["DICT_PROVINCE"].items():
            code = province["provinceCode"]
            point = province["provinceLat"], province["provinceLon"]
            units[code] = Unit(code, province["province"], code, *point)
            for ward in _wards(now, key).values():
                point = ward["wardLat"], ward["wardLon"]
                units[ward["wardCode"]] = Unit(ward["wardCode"], ward["ward"], code, *point)
        return units


def places() -> Iterator[Place]:
    """Every name of today and of before, for :mod:`knowledge_base.unit_finder`.

    Raises:
        UnitsError: the library's files cannot be read.
    """
    return _Reader(_read(_NOW), _read("parser_legacy"), _read("converter_2025")).places()


def _read(name: str) -> Any:
    spec = importlib.util.find_spec(_LIBRARY)  # finds the folder; runs nothing of it
    if spec is None or not spec.submodule_search_locations:
        raise UnitsError(f"Thiếu thư viện {_LIBRARY} (danh sách tỉnh, xã). Xin chạy: make setup")
    path = Path(spec.submodule_search_locations[0]) / "data" / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnitsError(f"Không đọc được danh sách tỉnh, xã {path}: {error}") from error


def _wards(now: Any, province: str) -> dict[str, Any]:
    """Today's communes of a province by the library's key; the few that differ by an accent only
    stand apart there."""
    found: dict[str, Any] = dict(now["DICT_PROVINCE_WARD_NO_ACCENTED"].get(province, {}))
    found.update(now["DICT_PROVINCE_WARD_ACCENTED"].get(province, {}))
    return found


class _Reader:
    """The library's three files as places. Its keys are names without accents and spaces."""

    def __init__(self, now: Any, before: Any, change: Any) -> None:
        self._now = now
        self._before = before
        # (old province, old district, old commune) -> codes of the communes of today
        self._became: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self._names: dict[str, str] = {}
        for province in now["DICT_PROVINCE"]:
            wards = _wards(now, province)
            for new, olds in change["DICT_PROVINCE_WARD_NO_DIVIDED"].get(province, {}).items():
                for old in olds:
                    self._became[self._old(old)].append(wards[new]["wardCode"])
            for old, parts in change["DICT_PROVINCE_WARD_DIVIDED"].get(province, {}).items():
                codes = [wards[part["newWardKey"]]["wardCode"] for part in parts]
                self._became[self._old(old)].extend(codes)
        self._province_of = {
            old: new for new, olds in change["DICT_PROVINCE"].items() for old in olds
        }

    @staticmethod
    def _old(key: str) -> tuple[str, str, str]:
        province, district, ward = key.split("_")
        return province, district, ward or _ISLANDS

    def places(self) -> Iterator[Place]:
        """Today's names first, then those of before, from the largest to the smallest."""
        yield from self._provinces()
        yield from self._communes()
        for old in self._before["DICT_PROVINCE"]:
            yield from self._old_province(old)

    def _provinces(self) -> Iterator[Place]:
        for province in self._now["DICT_PROVINCE"].values():
            yield _place(Tier.PROVINCE, province, "province", (province["provinceCode"],))

    def _communes(self) -> Iterator[Place]:
        """Each with the districts and provinces its ground belonged to: people still name them."""
        lay_in: dict[str, set[str]] = defaultdict(set)
        for (province, district, _), codes in self._became.items():
            names = (
                self._before["DICT_PROVINCE_DISTRICT"][province][district]["district"],
                self._before["DICT_PROVINCE"][province]["province"],
            )
            for code in codes:
                lay_in[code].update(names)
        for key, province in self._now["DICT_PROVINCE"].items():
            for ward in _wards(self._now, key).values():
                code = ward["wardCode"]
                around = (province["province"], *sorted(lay_in[code] - {province["province"]}))
                yield _place(Tier.COMMUNE, ward, "ward", (code,), around)

    def _old_province(self, key: str) -> Iterator[Place]:
        province = self._before["DICT_PROVINCE"][key]
        new = self._now["DICT_PROVINCE"][self._province_of[key]]
        over = tuple(dict.fromkeys((province["province"], new["province"])))
        if province["province"] != new["province"]:
            code = (new["provinceCode"],)
            yield _place(Tier.OLD_PROVINCE, province, "province", code, (new["province"],))
        for district_key, district in self._before["DICT_PROVINCE_DISTRICT"][key].items():
            wards = self._old_wards(key, district_key)
            parts = Counter(code for w in wards for code in self._became[key, district_key, w])
            today = tuple(code for code, _ in parts.most_common())  # which has most of it first
            yield _place(Tier.OLD_DISTRICT, district, "district", today, over)
            around = (district["district"], *over)
            for ward_key, ward in wards.items():
                if ward_key != _ISLANDS:
                    codes = tuple(dict.fromkeys(self._became[key, district_key, ward_key]))
                    yield _place(Tier.OLD_COMMUNE, ward, "ward", codes, around)

    def _old_wards(self, province: str, district: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for table in (
            "DICT_PROVINCE_DISTRICT_WARD_NO_ACCENTED",
            "DICT_PROVINCE_DISTRICT_WARD_ACCENTED",
        ):
            found.update(self._before[table].get(province, {}).get(district, {}))
        return found


def _place(
    tier: Tier, row: Any, level: str, today: tuple[str, ...], around: tuple[str, ...] = ()
) -> Place:
    name: str = row[level]
    kind = next(kind for kind in KINDS if name.lower().startswith(f"{kind.lower()} "))
    short = name[len(kind) + 1 :]
    return Place(tier, kind, short, today, around, tuple(row[f"{level}Keywords"]))
