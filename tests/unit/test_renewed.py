"""A search over newer records: what it finds, what of the old one it keeps, when it comes."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.loader import Knowledge
from knowledge_base.retrieval import index
from knowledge_base.retrieval.encoders import open_encoder
from knowledge_base.retrieval.index import Lay, Retriever, open_retriever, renewed
from knowledge_base.schema import Procedure
from tests.samples import procedure

OFF = Lay(("hôm nay trời đẹp",), ("hôm nay trời đẹp", "giá vàng bao nhiêu"))
CURATED = tuple(
    procedure(f"1.00000{n}", ten=name, ten_chinh_thuc=f"Thủ tục {name.lower()}", goi_la=[lay],
              cau_hoi_mau=[f"{lay} ở đâu", f"muốn {lay}"])
    for n, (name, lay) in enumerate(
        (("Đăng ký khai sinh", "làm giấy khai sinh"), ("Đăng ký kết hôn", "làm giấy cưới")), 1)
)  # fmt: skip


def entry(number: int, name: str, fee: int = 0) -> Procedure:
    return procedure(
        f"2.{number:06}", ten=name, ten_chinh_thuc=name, bien_soan=False, le_phi=[{"so_tien": fee}]
    )


FISH = entry(1, "Cấp giấy phép khai thác thủy sản")
BOAT = entry(2, "Đăng ký tàu cá")
FILLER = tuple(entry(n, f"Công nhận làng nghề số {n}") for n in range(10, 40))
FILES = Knowledge(CURATED, (FISH, *FILLER))


def best(retriever: Retriever, text: str) -> str:
    return retriever.find(retriever.normalise(text)).candidates[0].code


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module", params=["none", "thu-tuc"])
def old(request: pytest.FixtureRequest, folder: Path) -> Retriever:
    return open_retriever(FILES, folder, open_encoder(request.param), OFF)


def test_new_records_are_found_and_gone_ones_are_not(old: Retriever, folder: Path) -> None:
    (new,) = renewed(old, Knowledge(CURATED, (BOAT, *FILLER)), folder)
    assert best(new, "đăng ký tàu cá") == BOAT.code
    assert best(new, "làm giấy khai sinh") == best(old, "làm giấy khai sinh") == "1.000001"
    assert best(old, "giấy phép khai thác thủy sản") == FISH.code
    assert best(new, "giấy phép khai thác thủy sản") != FISH.code
    if old.encoder is not None:
        assert new.center is old.center


def test_records_with_other_facts_alone_need_no_new_index(
    old: Retriever, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "FeatureIndex", None)  # none is built
    dearer = entry(1, FISH.name, 9000)
    (new,) = renewed(old, Knowledge(CURATED, (dearer, *FILLER)), folder)
    assert best(new, "giấy phép khai thác thủy sản") == FISH.code


def test_many_new_texts_are_found_by_their_words_at_once_and_then_wholly(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "AT_ONCE", 2)
    old = open_retriever(FILES, folder, open_encoder("thu-tuc"), OFF)
    villages = tuple(entry(n, f"Hỗ trợ hợp tác xã vùng {n}") for n in range(50, 60))
    told: list[tuple[str, int, int]] = []
    more = Knowledge(CURATED, (FISH, *FILLER, *villages))
    steps = renewed(old, more, folder, lambda *at: told.append(at))
    first = next(steps)
    assert not first.whole
    assert told == []
    assert best(first, "hỗ trợ hợp tác xã vùng 55") == "2.000055"
    last = next(steps)
    assert last.whole
    assert told[-1] == ("embed", 10, 10)
    assert best(last, "hỗ trợ hợp tác xã vùng 55") == "2.000055"
    assert next(steps, None) is None
    # One that broke off is finished the next time, though its texts are the same.
    (again,) = renewed(first, more, folder)
    assert again.whole


def test_an_old_search_is_freed_without_a_search_for_garbage(folder: Path) -> None:
    old = open_retriever(FILES, folder, open_encoder("thu-tuc"), OFF)
    gone = weakref.ref(old)
    steps = renewed(old, Knowledge(CURATED, (BOAT, *FILLER)), folder)
    gc.disable()
    try:
        old = next(steps)
        assert next(steps, None) is None
        assert gone() is None
    finally:
        gc.enable()


def test_the_centre_stays_the_one_that_was_learnt_with(tmp_path: Path) -> None:
    learnt = open_retriever(FILES, tmp_path, open_encoder("thu-tuc"), OFF).center
    other = open_retriever(Knowledge(CURATED, (BOAT,)), tmp_path, open_encoder("thu-tuc"), OFF)
    assert np.array_equal(other.center, learnt)
