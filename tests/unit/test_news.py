"""What a citizen hears when the portal changed a procedure after its file was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from actions.perform import perform
from actions.replies import Reply
from actions.state import Action, Aspect, Kind, State
from knowledge_base.loader import News
from knowledge_base.phrases import MOST_CHARACTERS
from tests.samples import NOW, procedure, world

DAY = date(2026, 11, 20)
CHANGED = News({"le_phi": DAY, "giay_to": date(2026, 10, 1)})
GONE = News(withdrawn=DAY)
BIRTH = procedure(
    ten="Đăng ký khai sinh",
    tom_tat="Trẻ sinh ra phải được khai sinh.",
    le_phi=[{"so_tien": 8000}],
    thoi_han=[{"so": 3}],
    giay_to=[{"ten": f"Giấy tờ thứ {n} phải nộp, viết bằng mực đen"} for n in range(8)],
)


def said(aspect: Aspect, news: News | None, page: int = 0, **fields: Any) -> Reply:
    """The answer about a procedure with this news."""
    shown = BIRTH.model_copy(update=fields)
    made = world(shown)
    held = {shown.code: news} if news else {}
    made = replace(made, knowledge=replace(made.knowledge, news=held))
    action = Action(kind=Kind.SHOW, code=shown.code, aspect=aspect, page=page)
    (reply,) = perform(action, State(), made, NOW).replies
    assert len(reply.text) <= MOST_CHARACTERS
    return reply


def test_a_changed_fee_is_told_after_the_answer_with_its_day_and_the_portal() -> None:
    reply = said(Aspect.FEE, CHANGED)
    answer, notice = reply.text.splitlines()
    assert "8.000 đồng" in answer
    assert notice.startswith("Ngày 20/11/2026, tôi thấy Cổng đã đổi lệ phí.")
    assert any(choice.url == BIRTH.link for choice in reply.choices)


@pytest.mark.parametrize("aspect", [Aspect.TIME, Aspect.OVERVIEW, Aspect.PLACE, Aspect.RESULT])
def test_other_questions_hear_nothing_of_it(aspect: Aspect) -> None:
    assert said(aspect, CHANGED) == said(aspect, None)


@pytest.mark.parametrize("aspect", list(Aspect))
def test_a_procedure_no_longer_published_is_told_with_every_answer(aspect: Aspect) -> None:
    reply = said(aspect, GONE)
    assert "Cổng không còn công bố thủ tục này từ ngày 20/11/2026." in reply.text
    assert any(choice.url == BIRTH.link for choice in reply.choices)


def test_a_list_leaves_room_for_it_and_says_it_on_its_first_page_alone() -> None:
    pages = [said(Aspect.PAPERS, CHANGED, page).text for page in range(4)]
    assert ["đã đổi giấy tờ" in text for text in pages] == [True, False, False, False]
    listed = " ".join(pages)
    assert [listed.count(f"Giấy tờ thứ {n} ") >= 1 for n in range(8)] == [True] * 8


def test_beside_a_text_that_is_full_it_stands_by_the_source() -> None:
    reply = said(Aspect.OVERVIEW, GONE, summary="Câu dài. " * 30)
    assert "không còn công bố" not in reply.text
    assert reply.source is not None
    assert reply.source.startswith("Cổng không còn công bố thủ tục này từ ngày 20/11/2026.")


def test_what_the_file_does_not_say_may_have_changed_too() -> None:
    reply = said(Aspect.LEGAL, News({"can_cu": DAY}))
    assert "chưa ghi" in reply.text
    assert "đã đổi căn cứ pháp luật" in reply.text


def test_a_button_to_a_procedure_gone_meanwhile_says_so_and_leads_on() -> None:
    made = world(BIRTH)
    made = replace(made, knowledge=replace(made.knowledge, news={"1.000007": GONE}))
    action = Action(kind=Kind.SHOW, code="1.000007", aspect=Aspect.FEE)
    (reply,) = perform(action, State(), made, NOW).replies
    assert reply.text.startswith("Cổng không còn công bố thủ tục này từ ngày 20/11/2026.")
    assert reply.source == "Theo Cổng Dịch vụ công quốc gia ngày 20/11/2026, mã 1.000007."
    assert len(reply.choices) == 2
