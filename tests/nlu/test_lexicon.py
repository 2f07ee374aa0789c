"""The lexicon's files: their shape, and that they leave ordinary words alone."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
import yaml

from knowledge_base.normalise import LEXICON, Lexicon
from knowledge_base.text import Rewriter, fold, has_accents, key, strip_accents, tokens

REWRITING = {"viet_tat": 200, "phuong_ngu": 300, "loi_chinh_ta": 200}
FIELDS = {"tu", "thanh", "khi_co", "khong_dau", "vung"}

# Words of everyday and official speech that no entry may change when they stand alone.
UNTOUCHED = """
    không được có làm giấy tờ xe đất nhà con cháu ông bà mẹ cha chồng vợ tiền phí lệ hồ sơ sổ thẻ
    căn cước khai sinh tử kết hôn nộp đơn mẫu xã phường tỉnh huyện công an ngày tháng năm ba bốn
    tôi anh chị em cô chú bác người già trẻ đi đến lên về ra vào mua bán cho tặng mở đóng xin hỏi
    biết chi trả mượn hồng đỏ biểu quy mã tàu cá tôm lúa đang đặng hưu bảo hiểm lái
"""

# Syllables of the replacements that standard Vietnamese writes without a diacritic.
BARE = "ai anh cha cho con doanh em ghi khai kinh online photo ra sao sinh vneid xa xem y"

# Ordinary phrases, as typed with and without accents, that must come out as they went in.
UNTOUCHED_PHRASES = """
    xe mô tô
    quy mô trang trại
    mô hình kinh doanh
    khám răng hàm mặt
    chi phí mai táng
    chi trả lương hưu
    được chi trả bảo hiểm
    thành lập chi nhánh công ty
    biểu mẫu đăng ký
    sổ hồng bị mất
    mở quán ăn
    tàu cá vỏ gỗ
    bao nhiêu tiền
    đang làm hồ sơ
    nhập khẩu hàng hoá
    hành chính công
    lãnh sự quán
    vô hiệu hợp đồng
    ba tầng
    rửa xe
    thương binh
    con nuôi
    mượn đất của anh
""".strip().splitlines()


def _entries(name: str) -> list[dict[str, Any]]:
    text = (LEXICON / f"{name}.yaml").read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text), f"{name}.yaml is not NFC"
    document = yaml.safe_load(text)
    assert list(document) == [name]
    entries: list[dict[str, Any]] = document[name]
    return entries


@pytest.mark.parametrize("name", REWRITING)
def test_rewriting_entries_are_well_formed(name: str) -> None:
    entries = _entries(name)
    assert len(entries) >= REWRITING[name]
    seen: set[tuple[str, ...]] = set()
    for entry in entries:
        assert {"tu", "thanh"} <= set(entry) <= FIELDS, entry
        assert isinstance(entry["tu"], str) and isinstance(entry["thanh"], str), entry
        old, new = tuple(tokens(fold(entry["tu"]))), tuple(tokens(fold(entry["thanh"])))
        assert old and new, entry
        assert old not in seen, f"twice: {entry}"
        seen.add(old)
        kept = entry.get("vung") == "giữ nguyên"
        assert (old == new) == kept or entry.get("khong_dau") is False, entry
        assert all(len(tokens(fold(word))) == 1 for word in entry.get("khi_co", ())), entry
        assert isinstance(entry.get("khong_dau", True), bool), entry


def test_replacements_carry_their_accents() -> None:
    bare = frozenset(tokens(BARE))
    looked = 0
    for name in REWRITING:
        for entry in _entries(name):
            looked += 1
            assert has_accents(entry["thanh"]) or set(tokens(entry["thanh"])) <= bare, entry
    assert looked > 800


def test_no_word_is_rewritten_by_two_files() -> None:
    owner: dict[tuple[str, ...], str] = {}
    for name in REWRITING:
        for entry in _entries(name):
            old = tuple(tokens(fold(entry["tu"])))
            assert old not in owner, f"{entry['tu']} in {owner[old]} and {name}"
            owner[old] = name
    assert len(owner) > 800


def test_synonyms_are_well_formed() -> None:
    entries = _entries("dong_nghia")
    assert len(entries) >= 150
    seen: set[str] = set()
    for entry in entries:
        assert set(entry) == {"noi", "nghia"}, entry
        lay = key(entry["noi"])
        assert lay and lay not in seen, f"twice: {entry}"
        seen.add(lay)
        assert has_accents(entry["nghia"]), entry
        # A single syllable without its accents would be found in almost every message.
        assert " " in lay or lay in {"vneid", "ct01", "ct07"}, entry


@pytest.fixture(scope="module")
def rewrite() -> Rewriter:
    return Rewriter(Lexicon.read().entries)


def test_common_words_are_left_alone(rewrite: Rewriter) -> None:
    assert len(set(tokens(UNTOUCHED))) >= 60
    for word in tokens(fold(UNTOUCHED)):
        assert rewrite([word]) == [word]
        assert rewrite([strip_accents(word)]) == [strip_accents(word)]


@pytest.mark.parametrize("phrase", UNTOUCHED_PHRASES)
def test_common_phrases_keep_their_meaning(rewrite: Rewriter, phrase: str) -> None:
    words = tokens(fold(phrase.strip()))
    bare = [strip_accents(word) for word in words]
    assert rewrite(words) == words
    assert [strip_accents(word) for word in rewrite(bare)] == bare


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lam cccd o mo", "lam căn cước công dân ở đâu"),
        ("mần răng mà nhập hk cho con", "làm sao mà nhập hộ khẩu cho con"),
        ("tui mất cavet", "tôi mất cà vẹt"),
        ("đăng kí tạm chú cho ng ở trọ", "đăng ký tạm trú cho người ở trọ"),
        ("khai xinh bn tiền", "khai sinh bao nhiêu tiền"),
        ("chung min thu het han", "chứng minh thu het han"),
        ("giấy khai sanh", "giấy khai sinh"),
        ("nhà tui nỏ có bìa đõ", "nhà tôi không có bìa đỏ"),
        ("cần giấy chi rứa", "cần giấy gì thế"),
        ("làm gplx có mắc hông", "làm giấy phép lái xe có đắt không"),
    ],
)
def test_what_citizens_type_is_understood(rewrite: Rewriter, typed: str, meant: str) -> None:
    assert rewrite(tokens(fold(typed))) == tokens(fold(meant))
