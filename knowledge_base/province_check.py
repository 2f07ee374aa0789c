"""Holds a province's fees against the list of provinces and the procedures they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from knowledge_base.curation import source_days, spelled_out
from knowledge_base.loader import Knowledge, ProvinceFile, Reading
from knowledge_base.problems import Problem, Severity, did_you_mean
from knowledge_base.province_fees import (
    ProvinceExemption,
    ProvinceFee,
    ProvinceFees,
    decided_by_province,
)
from knowledge_base.schema import Procedure
from knowledge_base.units import Unit, Units
from knowledge_base.validity import lapses
from knowledge_base.yaml_lines import Document


def check_provinces(reading: Reading, today: date) -> Iterator[Problem]:
    """What is wrong with the files of provinces; ``today``: the day they are measured against."""
    knowledge = reading.knowledge
    seen: dict[str, ProvinceFile] = {}
    for file in reading.provinces:
        document, fees = file.document, file.fees
        if fees is None:
            continue
        if (first := seen.setdefault(fees.code, file)) is not file:
            other = first.document.path.name
            yield document.problem(("tinh",), f"tỉnh {fees.code} đã có tệp {other}")
        yield from _province(document, fees)
        if not fees.facts:
            yield document.problem(("le_phi",), "chưa ghi mức thu nào", Severity.WARNING)
        for key, facts in _lists(fees).items():
            for index, fact in enumerate(facts):
                yield from _scope(document, key, index, fact, knowledge)
        yield from source_days(document, fees.sources, today)
        yield from spelled_out(document, document.data)
        yield from lapses(document, _lists(fees), today)


def _lists(fees: ProvinceFees) -> dict[str, tuple[ProvinceFee | ProvinceExemption, ...]]:
    return {"le_phi": fees.fees, "mien": fees.exemptions}


def _province(document: Document, fees: ProvinceFees) -> Iterator[Problem]:
    provinces = {unit.code: short_name(unit) for unit in Units().provinces}
    name = provinces.get(fees.code)
    if name is None:
        yield document.problem(
            ("tinh",), f"không có mã tỉnh {fees.code} trong {len(provinces)} tỉnh, thành phố"
        )
    elif name != fees.name:
        yield document.problem(("ten",), f"mã {fees.code} là {name}")


def short_name(province: Unit) -> str:
    """``Tỉnh Nghệ An`` -> ``Nghệ An``."""
    return province.name.removeprefix("Tỉnh ").removeprefix("Thành phố ")


def _scope(
    document: Document,
    key: str,
    index: int,
    fact: ProvinceFee | ProvinceExemption,
    knowledge: Knowledge,
) -> Iterator[Problem]:
    """Procedures that do not exist, whose fee no province decides, or that lack the situation."""
    for number, code in enumerate(fact.codes):
        place = (key, index, "ma", number)
        found = knowledge.by_code(code)
        if found is None:
            yield document.problem(
                place, f"mã {code} không có trong danh mục lẫn trong các tệp biên soạn"
            )
        elif not decided_by_province(found):
            yield document.problem(
                place, f"lệ phí của {found.name} ({code}) không do tỉnh quyết định"
            )
    decided = [p for p in knowledge.procedures if decided_by_province(p)]
    fields = {p.field for p in decided}
    for number, name in enumerate(fact.fields):
        if name not in fields:
            near = did_you_mean(name, fields)
            message = f"lĩnh vực '{name}' không có thủ tục nào do tỉnh quyết định lệ phí{near}"
            yield document.problem((key, index, "linh_vuc", number), message)
    if fact.case is not None:
        yield from _lacking_case(document, (key, index), fact, decided)


def _lacking_case(
    document: Document,
    place: tuple[str, int],
    fact: ProvinceFee | ProvinceExemption,
    decided: Iterable[Procedure],
) -> Iterator[Problem]:
    for procedure in decided:
        if fact.covers(procedure) and fact.case not in {case.id for case in procedure.cases}:
            yield document.problem(
                (*place, "truong_hop"),
                f"{procedure.name} ({procedure.code}) không có trường hợp '{fact.case}'",
            )
