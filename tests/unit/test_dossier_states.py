"""The national states and what systems call them."""

from __future__ import annotations

import pytest

from knowledge_base.dossiers.states import DossierState, UnknownState, states


def test_numbers_are_in_the_national_order() -> None:
    assert [states().read(str(n)) for n in range(1, 11)] == list(DossierState)
    assert set(states().names) == set(DossierState)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Đang xử lý", DossierState.PROCESSING),
        ("dang xu ly ", DossierState.PROCESSING),
        ("ĐÃ TRẢ KẾT QUẢ", DossierState.RETURNED),
        ("4.0", DossierState.PROCESSING),  # a number that a spreadsheet made
        ("chờ bổ sung", DossierState.SUPPLEMENT),
        ("denied", DossierState.REFUSED),
        ("pausing", DossierState.PROCESSING),  # it goes on some day: no end
        ("Tạm dừng", DossierState.PROCESSING),
        ("Dừng xử lý", DossierState.STOPPED),
        ("da_tra", DossierState.RETURNED),
    ],
)
def test_systems_words_are_read(said: str, state: DossierState) -> None:
    assert states().read(said) is state


def test_a_word_that_means_none_is_named() -> None:
    with pytest.raises(UnknownState, match="chờ lãnh đạo xem"):
        states().read("chờ lãnh đạo xem")


def test_the_ends_are_those_of_the_exchange() -> None:
    ends = {s.value for s in states().ends}
    assert ends == {"khong_tiep_nhan", "rut_ho_so", "dung_xu_ly", "xu_ly_xong", "da_tra"}
    assert not states().ends & states().citizens_turn
