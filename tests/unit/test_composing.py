"""Guides composed for procedures: each one that is served and handed in online or at a desk, walked
to its end, every screen within its limits, and the record's facts in it."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest

from actions import guide_screen, menu, progress
from actions.composing import Guides, compose, composed_id
from actions.guide_screen import opening
from actions.perform import World, perform
from actions.state import Action, Kind, Move, Outcome, State
from actions.telling import Telling
from knowledge_base import loader, phrases
from knowledge_base.guide_graph import GuideFile, broken
from knowledge_base.guides import DONE, Guide
from knowledge_base.schema import Manner, Procedure
from tests.samples import NOW, PHONE, Talk, guide, meant, procedure, world

A = "1.000001"
CUTS = 8  # tests that share the procedures among them


@cache
def reading() -> loader.Reading:
    return loader.read()


@cache
def shipped() -> World:
    return World(reading().knowledge, phrases.load(), menu.load(), PHONE)


@cache
def composed() -> tuple[tuple[Procedure, Guide], ...]:
    """The procedures without a guide of their own, each with the general guide that serves it."""
    knowledge = shipped().knowledge
    pairs = ((p, knowledge.guide_for(p)) for p in knowledge.procedures)
    return tuple((p, found) for p, found in pairs if found is not None and found.general)


def test_they_are_all_procedures_but_those_with_guides_of_their_own() -> None:
    online = [p for p, found in composed() if found.general is Manner.ONLINE]
    direct = [p for p, found in composed() if found.general is Manner.DIRECT]
    assert len(online) > 1900
    assert len(direct) > 500


@pytest.mark.parametrize("cut", range(CUTS))
def test_each_is_whole_and_can_be_walked_to_its_end(cut: int) -> None:
    knowledge = shipped().knowledge
    files = {f.guide.id: f for f in reading().guides if f.guide}
    known = {g.id: g for g in knowledge.guides}
    tell = Telling(shipped().say, NOW)
    for record, general in composed()[cut::CUTS]:
        find = Guides(knowledge, tell)
        for case in (None, *(c.id for c in record.cases)):
            made = find(composed_id(general, record.code, case))
            assert made is not None
            file = GuideFile(files[general.id].document, made)
            assert not [*broken(file, known | {made.id: made}, {*record.codes})], made.id
            walk_on(made, record, find, tell)


def walk_on(made: Guide, record: Procedure, find: Guides, tell: Telling) -> None:
    """Down the file by first choices; what the record gave is shown."""
    now = progress.begin(made, record.code)
    shown = 0
    while True:
        stand = progress.stand(now, find)
        assert stand is not None
        if stand.screen.id.startswith("hs-"):
            shown += 1
            message = guide_screen.message(stand, shipped().knowledge, find, tell)
            assert len(message.text) <= 300, (made.id, message.text)
            assert 1 <= len(message.buttons) <= 5
            assert record.code in (message.source or "")
            assert not re.search(r"[{}]|None", message.text), message.text
        if stand.is_over:
            break
        first = stand.step.choices[0].id if stand.step.choices else DONE
        after = progress.take(now, first, find)
        assert after is not None, (made.id, stand.screen.id)
        now = after
    assert shown >= 4


RECORD = procedure(
    ma=[A],
    ten="Xin giấy A",
    cach_nop=[{"cach": "truc_tuyen", "ghi_chu": "Ký bằng VNeID."}],
    truong_hop=[{"id": "muon", "ten": "xin muộn"}],
    giay_to=[
        {"ten": "Đơn xin", "so_luong": "1 bản chính"},
        {"ten": "Giấy giải trình", "truong_hop": "muon"},
    ],
    le_phi=[
        {"so_tien": 50000, "cach": ["truc_tuyen"]},
        {"so_tien": 100000, "cach": ["truc_tiep"]},
    ],
    thoi_han=[{"so": 3}],
    ket_qua=[{"noi_dung": "Giấy A"}],
)
GENERAL = guide(
    "nop",
    ten="Nộp",
    goi_la=["nộp"],
    chung="truc_tuyen",
    buoc=[
        {"id": "mot", "ten": "Một", "loi": "Làm một.", "them_truoc": ["luu_y", "giay_to"]},
        {"id": "hai", "ten": "Hai", "loi": "Làm hai.", "them_truoc": ["noi_nhan", "phi"]},
        {"id": "het", "ten": "Hết", "loi": "Xong.", "ket_thuc": "xong", "them_truoc": ["ket_qua"]},
    ],
)


def texts(case: str | None) -> str:
    made = compose(GENERAL, RECORD, case, Telling(phrases.load(), NOW))
    return "\n".join(step.text for step in made.steps)


def test_what_the_record_knows_stands_in_the_right_steps() -> None:
    made = compose(GENERAL, RECORD, None, Telling(phrases.load(), NOW))
    assert [step.id for step in made.steps] == [
        "hs-luu-y-1", "hs-giay-to-1", "mot", "hs-noi-nhan-1", "hs-phi-1", "hai", "hs-ket-qua-1",
        "het",
    ]  # fmt: skip
    said = texts(None)
    assert "Ký bằng VNeID." in said
    assert "Đơn xin (1 bản chính)" in said
    assert "50.000 đồng" in said
    assert "100.000" not in said  # at the desk
    assert "3 ngày làm việc" in said
    assert "giải trình" not in said
    assert "giải trình" in texts("muon")


def test_places_and_results_of_situations_are_said_with_them_where_none_was_asked() -> None:
    at_desk = GENERAL.model_copy(update={"general": Manner.DIRECT})
    record = procedure(
        truong_hop=[{"id": "ban", "ten": "là bên bán"}, {"id": "mua", "ten": "là bên mua"}],
        cach_nop=[{"cach": "truc_tiep"}],
        noi_nop=[
            {"ten": "Phòng cảnh sát", "truong_hop": "ban"},
            {"ten": "Công an cấp xã", "truong_hop": "mua"},
        ],
        ket_qua=[
            {"noi_dung": "Giấy thu hồi", "truong_hop": "ban"},
            {"noi_dung": "Văn bản trả lời"},
        ],
    )
    tell = Telling(phrases.load(), NOW)
    open_, sold, bought = (
        "\n".join(step.text for step in compose(at_desk, record, case, tell).steps)
        for case in (None, "ban", "mua")
    )
    assert "Nếu là bên bán: Phòng cảnh sát" in open_
    assert "Nếu là bên mua: Công an cấp xã" in open_
    assert "Nếu là bên bán: Nhận được: Giấy thu hồi" in open_
    assert "Phòng cảnh sát" in sold
    assert "Công an" not in sold
    assert "thu hồi" not in bought


def test_it_changes_with_the_guide_and_with_the_record() -> None:
    tell = Telling(phrases.load(), NOW)
    one = compose(GENERAL, RECORD, None, tell)
    assert one == compose(GENERAL, RECORD, None, tell)
    quiet = RECORD.submissions[0].model_copy(update={"note": None})
    without = RECORD.model_copy(update={"submissions": (quiet,)})
    assert compose(GENERAL, without, None, tell).edition != one.edition
    shorter = guide("nop", ten="Nộp", goi_la=["nộp"], chung="truc_tuyen")
    assert compose(shorter, RECORD, None, tell).edition != one.edition


def talk() -> Talk:
    understood = {"giấy A nộp thế nào": meant("ask_how", A), "lệ phí": meant("ask_fee", A)}
    return Talk(world(RECORD, guides=(GENERAL,)), understood)


def test_the_situation_that_decides_is_asked_once_and_the_place_is_kept() -> None:
    here = talk()
    here.say("giấy A nộp thế nào")
    here.press("Hướng dẫn từng bước")
    assert here.events == ("ask_case",)
    assert here.press("Xin muộn").startswith("Bước 1/")
    assert here.state.guides[0].guide == "nop-1-000001-muon"
    assert "giải trình" in here.press("Đã xem")
    here.say("lệ phí")
    here.restart(world(RECORD, guides=(GENERAL,)))
    assert "giải trình" in here.press("Làm tiếp")
    here.press("Có đủ")
    gone = RECORD.model_copy(update={"codes": ("1.000002",)})
    here.restart(world(gone, guides=(GENERAL,)))
    here.say("làm tiếp")
    assert here.events == ("guide.none",)


@pytest.mark.parametrize("id", ["nop-1-000009", "nop-1-000001-khac", "khong-1-000001", "nop-9-1"])
def test_an_id_that_names_nothing_finds_nothing(id: str) -> None:
    known = world(RECORD, guides=(GENERAL,)).knowledge
    assert Guides(known, Telling(phrases.load(), NOW))(id) is None


def test_a_long_record_is_cut_between_words() -> None:
    long = RECORD.papers[0].model_copy(update={"name": " ".join(["giấy tờ"] * 60)})
    record = RECORD.model_copy(update={"papers": (long,), "cases": ()})
    made = compose(GENERAL, record, None, Telling(phrases.load(), NOW))
    pages = [step.text for step in made.steps if step.id.startswith("hs-giay-to")]
    assert len(pages) > 1
    assert all(len(page) <= 280 for page in pages)


def test_what_held_until_yesterday_is_not_said() -> None:
    old = RECORD.fees[0].model_copy(update={"valid_to": date(2026, 11, 1)})
    record = RECORD.model_copy(update={"fees": (old,)})
    known = world(record, guides=(GENERAL,)).knowledge
    made = Guides(known, Telling(phrases.load(), NOW))("nop-1-000001")
    assert made is not None
    assert "50.000" not in "".join(step.text for step in made.steps)


def test_from_the_answer_to_a_first_question_it_is_two_taps_to_the_first_step() -> None:
    for record, _ in composed()[::60]:
        shown = Action(kind=Kind.SHOW, code=record.code)
        outcome = press(shown, State())
        for _ in range(2):
            if outcome.replies[-1].text.startswith("Bước 1/"):
                break
            offers = [o.action for o in outcome.state.latest_offers()]
            outcome = press(next(a for a in offers if a.kind is Kind.GUIDE), outcome.state)
        assert outcome.replies[-1].text.startswith("Bước 1/"), record.code


def press(action: Action, state: State) -> Outcome:
    return perform(action, state, shipped(), NOW)


def test_every_button_of_one_that_is_shipped_leads_on() -> None:
    record, general = next((p, g) for p, g in composed() if len(p.papers) > 4 and p.cases)
    asked = press(opening(general.id, record.code), State())
    waiting = [press(offer.action, asked.state) for offer in asked.state.latest_offers()]
    seen = {outcome.state.guides[0].at for outcome in waiting}
    while waiting:
        outcome = waiting.pop()
        for offer in outcome.state.latest_offers():
            after = press(offer.action, outcome.state)
            if offer.action.kind is Kind.GUIDE and offer.action.move is Move.GO:
                now = after.state.guides[0].at
                assert now != outcome.state.guides[0].at
                if now not in seen:
                    seen.add(now)
                    waiting.append(after)
    assert len(seen) > 30
