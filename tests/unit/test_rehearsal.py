"""A procedure asked about from every side: nothing is left out, nothing asked for ever."""

from __future__ import annotations

from typing import Any

import pytest

from actions import menu
from actions.perform import World
from actions.rehearsal import rehearse
from actions.state import Aspect
from knowledge_base import loader, phrases
from tests.samples import NOW, PHONE, procedure, province, world

CASES = [{"id": "mat", "ten": "bị mất"}, {"id": "hong", "ten": "bị hỏng"}]
OPEN = {"so_tien": None, "tinh_quyet_dinh": True}


def seen(asked: World, unit: str | None = None, code: str = "1.000001") -> list[tuple[str, str]]:
    return [(said, reply.text) for said, reply in rehearse(code, asked, NOW, unit)]


def test_every_aspect_is_asked_about_in_order() -> None:
    say = phrases.load()
    asked = [question for question, _ in seen(world(procedure()))]
    assert asked == [say(f"answer.aspect_{aspect.value}") for aspect in Aspect]


def test_pages_are_turned_and_situations_chosen() -> None:
    papers: list[dict[str, Any]] = [{"ten": f"Giấy số {i}"} for i in range(6)]
    papers.append({"ten": "Giấy mất", "truong_hop": "mat"})
    found = seen(world(procedure(truong_hop=CASES, giay_to=papers)))
    questions = [question for question, _ in found]
    start = questions.index("Cần giấy tờ gì")
    assert questions[start : start + 5] == [
        "Cần giấy tờ gì",
        "Xem tiếp (mục 6 trong 6)",
        "Trường hợp của tôi khác",
        "Bị mất",
        "Xem tiếp (6–7 trong 7)",
    ]
    assert any("Giấy mất" in text for _, text in found)


def test_where_the_citizen_lives_is_asked_and_not_told() -> None:
    fees = (province(le_phi=[{"ma": ["1.000001"], "so_tien": 8000}]),)
    asked = world(procedure(le_phi=[OPEN]), provinces=fees)
    texts = "\n".join(text for _, text in seen(asked))
    assert "tỉnh, thành phố nào" in texts and "do Hội đồng nhân dân" in texts
    here = "\n".join(text for _, text in seen(asked, "01"))
    assert "8.000 đồng" in here and "tỉnh, thành phố nào" not in here


@pytest.fixture(scope="module")
def real() -> World:
    return World(loader.load(), phrases.load(), menu.load(), PHONE)


def test_every_curated_procedure_can_be_rehearsed(real: World) -> None:
    for found in real.knowledge.curated:
        asked = seen(real, code=found.code)
        assert len(Aspect) <= len(asked) < 150, found.code
