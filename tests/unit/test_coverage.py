"""The table of what is known: counted from small samples, and held to its promises on the real."""

from __future__ import annotations

from datetime import date

from typer.testing import CliRunner

from knowledge_base.__main__ import app
from knowledge_base.coverage import KINDS, Facts, facts, markdown, rows, total
from knowledge_base.loader import Knowledge, load
from tests.samples import procedure

CITIZENS = {"bien_soan": False, "cho_ai": ["Công dân Việt Nam"]}
MANNER = {"cach_nop": [{"cach": "truc_tiep"}]}
SOURCES = [
    {"id": "cong", "ten": "Cổng", "ngay": "2026-06-10"},
    {"id": "bao", "ten": "Báo", "ngay": "2026-08-01", "do_tin_cay": "thu_cap"},
]
BIRTH = procedure(
    "1.000001", ma=["1.000001", "1.000002"], linh_vuc="Hộ tịch", goi_la=["khai sinh"], **MANNER,
    le_phi=[{"so_tien": 8000}, {"so_tien": 5000, "nguon": "bao"}], nguon=SOURCES,
)  # fmt: skip
BARE = procedure("1.000009", linh_vuc="Hộ tịch", lien_ket=None)
FILES = Knowledge(
    (BIRTH, BARE),
    (
        procedure("1.000001", linh_vuc="Hộ tịch", **CITIZENS, **MANNER, le_phi=[{"so_tien": 8000}]),
        procedure("1.000003", linh_vuc="Hộ tịch", **CITIZENS),
        procedure("1.000004", linh_vuc="Hộ tịch", bien_soan=False, cho_ai=["Doanh nghiệp"]),
        procedure("1.000005", linh_vuc="Hải quan", **{**CITIZENS, "cap": ["bo"]}),
    ),
)


def test_each_field_with_a_file_has_a_row_and_the_others_share_one() -> None:
    births, others = rows(FILES)
    assert (births.field, births.curated, births.catalogue, births.covered) == ("Hộ tịch", 2, 3, 1)
    assert (births.commune, births.commune_covered) == (2, 1)
    assert dict(zip(KINDS, births.having, strict=True)) == {
        "mã": 2, "tên gọi": 1, "giấy tờ": 0, "lệ phí": 1, "thời hạn": 0, "nơi nộp": 0,
        "cách nộp": 1, "kết quả": 0, "căn cứ": 0, "liên kết": 1, "dễ nhầm với": 0,
    }  # fmt: skip
    assert (others.field, others.curated, others.catalogue, others.commune) == (
        "Các lĩnh vực khác", 0, 1, 0,
    )  # fmt: skip
    assert total([births, others]).catalogue == len(FILES.catalogue)


def test_facts_are_counted_with_their_sources_and_what_differs_from_the_record() -> None:
    assert facts(FILES) == Facts(3, 3, secondary=1, explained=1, unexplained=0)
    wrong = BIRTH.model_copy(update={"fees": (BIRTH.fees[0].model_copy(update={"amount": 1}),)})
    assert facts(Knowledge((wrong,), FILES.catalogue)).unexplained == 1


def test_the_table_has_a_cell_for_every_heading_and_its_sums() -> None:
    text = markdown(FILES, date(2026, 11, 22))
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert table[-1].startswith("| Tất cả | 2 | 1 / 4 | 1 / 2 | 2 | 1 |")
    assert "100 % trong 3 dữ kiện" in text


def test_every_shipped_fact_has_source_and_day_and_no_contradiction_is_unexplained() -> None:
    found = facts(load())
    assert found.total > 2000
    assert found.sourced == found.total
    assert found.unexplained == 0


def test_the_command_prints_what_is_kept_in_the_documents() -> None:
    done = CliRunner().invoke(app, ["coverage"])
    assert done.exit_code == 0
    assert done.output.startswith("# Kho kiến thức có gì\n")
    assert done.output.count("\n| ") > 40
