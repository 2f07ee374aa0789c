"""What stands on the page to print: of the citizen's own situation only."""

from __future__ import annotations

from typing import Any

import pytest

from actions import sheet
from actions.place import Places
from actions.replies import Document
from actions.state import State
from actions.telling import Telling
from knowledge_base import phrases, public_holidays
from knowledge_base.offices import Directory
from knowledge_base.units import Units
from tests.samples import NOW, PHONE, procedure

PLACES = Places(Units(), None, Directory(), public_holidays.load())


def place_on_page(case: str | None, places: list[dict[str, Any]]) -> str:
    found = procedure(
        truong_hop=[{"id": "ban", "ten": "là bên bán"}, {"id": "mua", "ten": "là bên mua"}],
        giay_to=[{"ten": "Tờ khai"}],
        noi_nop=places,
    )
    tell = Telling(phrases.load(), NOW)
    message = sheet.page(found, State(case=case), PLACES, PHONE, tell)
    assert message
    assert isinstance(message.attachment, Document)
    facts = message.attachment.body["facts"]
    return str(next(fact["text"] for fact in facts if fact["label"] == "Nộp ở đâu"))


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("ban", "Phòng cảnh sát"),
        ("mua", "Công an cấp xã"),
        (None, "Nếu là bên bán: Phòng cảnh sát; nếu là bên mua: Công an cấp xã"),
    ],
)
def test_the_place_is_that_of_the_situation(case: str | None, said: str) -> None:
    places = [
        {"ten": "Phòng cảnh sát", "truong_hop": "ban"},
        {"ten": "Công an cấp xã", "truong_hop": "mua"},
    ]
    assert place_on_page(case, places) == said


def test_what_is_left_out_is_said() -> None:
    places = [{"ten": "Nơi một"}, {"ten": "Nơi hai"}, {"ten": "Nơi ba", "truong_hop": "mua"}]
    assert place_on_page("ban", places) == "Nơi một; Nơi hai"
    assert place_on_page("mua", places) == "Nơi ba; Nơi một; có trường hợp nộp nơi khác"
