"""Answers about one procedure: what is said, by which source, and what may be pressed next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from actions import menu
from actions.answer import show
from actions.perform import World, perform
from actions.state import Action, Aspect, Kind, Message, Offer, State
from actions.telling import Telling
from knowledge_base import loader, phrases
from knowledge_base.phrases import MOST_CHARACTERS
from knowledge_base.schema import Procedure
from tests.samples import NOW, PHONE, procedure, world

SAY = phrases.load()
CASES = [{"id": "mat", "ten": "bị mất"}, {"id": "hong", "ten": "bị hỏng"}]
DATED = re.compile(r"ngày \d\d/\d\d/20\d\d\)?, mã \d\.\d{6}")


def ask(found: Procedure, aspect: Aspect, case: str | None = None, page: int = 0) -> Message:
    action = Action(kind=Kind.SHOW, code=found.code, aspect=aspect, case=case, page=page)
    return show(action, found, Telling(SAY, NOW))


# --- fees and times ---


def test_a_single_fee_is_one_sentence_with_its_source() -> None:
    message = ask(procedure(le_phi=[{"so_tien": 8000, "don_vi": "bản"}]), Aspect.FEE)
    assert message.text == "Xin giấy thử: 8.000 đồng/bản."
    assert message.source == "Theo Cổng Dịch vụ công quốc gia ngày 10/06/2026, mã 1.000001."


def test_what_is_free_is_said_to_be_free() -> None:
    assert "không mất tiền" in ask(procedure(le_phi=[{"so_tien": 0}]), Aspect.FEE).text


def test_a_fee_of_the_province_is_not_given_a_number() -> None:
    found = procedure(le_phi=[{"so_tien": None, "tinh_quyet_dinh": True}])
    assert "do Hội đồng nhân dân tỉnh, thành phố quy định" in ask(found, Aspect.FEE).text


def test_free_in_one_case_is_not_free_for_all() -> None:
    fees = [{"so_tien": 0, "truong_hop": "mat"}, {"so_tien": 20000, "truong_hop": "hong"}]
    text = ask(procedure(truong_hop=CASES, le_phi=fees), Aspect.FEE).text
    assert "• Nếu bị mất: miễn phí" in text
    assert "• Nếu bị hỏng: 20.000 đồng" in text


@pytest.mark.parametrize(
    ("aspect", "facts"),
    [
        (Aspect.FEE, {"le_phi": [{"so_tien": 5000, "truong_hop": "hong"}]}),
        (Aspect.TIME, {"thoi_han": [{"so": 5, "truong_hop": "hong"}]}),
    ],
)
def test_a_fact_of_another_case_only_is_shown_with_it_and_not_called_missing(
    aspect: Aspect, facts: dict[str, Any]
) -> None:
    message = ask(procedure(truong_hop=CASES, **facts), aspect, case="mat")
    assert "5" in message.text
    assert "chưa ghi" not in message.text


def test_what_holds_for_one_way_alone_is_said_with_that_way() -> None:
    ways = [{"cach": "truc_tiep"}, {"cach": "truc_tuyen"}]
    online = {"cach": ["truc_tuyen"]}
    found = procedure(
        cach_nop=ways, le_phi=[{"so_tien": 0, **online}], thoi_han=[{"so": 5, **online}]
    )
    assert "Nộp trực tuyến: miễn phí" in ask(found, Aspect.FEE).text
    assert "Nộp trực tuyến: 5 ngày làm việc" in ask(found, Aspect.TIME).text
    both = procedure(cach_nop=ways, le_phi=[{"so_tien": 0, "cach": ["truc_tiep", "truc_tuyen"]}])
    assert "không mất tiền" in ask(both, Aspect.FEE).text


def test_times_are_said_in_words() -> None:
    assert "trong 5 ngày làm việc" in ask(procedure(thoi_han=[{"so": 5}]), Aspect.TIME).text
    half = procedure(thoi_han=[{"so": 0.5, "den": 1, "don_vi": "ngay"}])
    assert "0,5 đến 1 ngày" in ask(half, Aspect.TIME).text


def test_a_source_that_is_not_official_is_called_so() -> None:
    source = {"id": "bao", "ten": "Báo tỉnh", "ngay": "2026-09-01", "do_tin_cay": "thu_cap"}
    message = ask(procedure(le_phi=[{"so_tien": 8000}], nguon=[source]), Aspect.FEE)
    assert message.source is not None
    assert message.source.startswith("Theo nguồn chưa chính thức (Báo tỉnh, ngày 01/09/2026)")


def test_the_source_of_the_shown_fact_is_the_one_named() -> None:
    sources = [
        {"id": "cong", "ten": "Cổng", "ngay": "2026-06-10"},
        {"id": "luat", "ten": "Thông tư", "ngay": "2026-07-01"},
    ]
    found = procedure(
        le_phi=[{"so_tien": 8000, "nguon": "luat"}], thoi_han=[{"so": 1}], nguon=sources
    )
    assert ask(found, Aspect.FEE).source == "Theo Thông tư ngày 01/07/2026, mã 1.000001."
    assert ask(found, Aspect.TIME).source == "Theo Cổng ngày 10/06/2026, mã 1.000001."


def test_a_note_of_two_sentences_is_one_aside() -> None:
    time = {"so": 1, "don_vi": "ngay", "ghi_chu": "Nộp sau 15 giờ thì mai có. VNeID thì ngay."}
    assert (
        "1 ngày (nộp sau 15 giờ thì mai có; VNeID thì ngay)."
        in ask(procedure(thoi_han=[time]), Aspect.TIME).text
    )


def test_what_stands_for_a_sum_goes_on_in_the_sentence() -> None:
    fees = [{"so_tien": 5000}, {"so_tien": None, "ghi_chu": "Thu 10 đô la.", "truong_hop": "mat"}]
    text = ask(procedure(truong_hop=CASES, le_phi=fees), Aspect.FEE).text
    assert "• Nếu bị mất: thu 10 đô la" in text


def test_a_way_and_a_case_are_said_together() -> None:
    fees = [
        {"so_tien": 5000, "ten": "Cá nhân", "cach": ["truc_tuyen"]},
        {"so_tien": 9000, "truong_hop": "mat", "cach": ["truc_tiep"]},
    ]
    text = ask(procedure(truong_hop=CASES, le_phi=fees), Aspect.FEE).text
    assert "• Nộp trực tuyến – cá nhân: 5.000 đồng" in text
    assert "• Nộp trực tiếp – nếu bị mất: 9.000 đồng" in text


@pytest.mark.parametrize(
    ("aspect", "facts", "said"),
    [
        (Aspect.PLACE, {"noi_nop": [{"ten": "Xã", "truong_hop": "mat"}]}, "Nếu bị mất: Xã"),
        (
            Aspect.HOW,
            {"cach_nop": [{"cach": "truc_tuyen", "ghi_chu": "Qua VNeID.", "truong_hop": "mat"}]},
            "Nộp trực tuyến – nếu bị mất: qua VNeID.",
        ),
        (
            Aspect.CONDITIONS,
            {"dieu_kien": [{"noi_dung": "Trong 5 ngày", "truong_hop": "mat"}]},
            "Nếu bị mất: trong 5 ngày",
        ),
        (
            Aspect.RESULT,
            {"ket_qua": [{"noi_dung": "Giấy mới", "truong_hop": "hong", "ghi_chu": "Lấy ở xã."}]},
            "Nếu bị hỏng: giấy mới. Lấy ở xã.",
        ),
    ],
)
def test_what_holds_for_one_case_only_says_so(
    aspect: Aspect, facts: dict[str, Any], said: str
) -> None:
    assert f"• {said}" in ask(procedure(truong_hop=CASES, **facts), aspect).text


# --- papers and cases ---


def test_papers_that_all_depend_on_the_case_are_asked_for() -> None:
    papers = [{"ten": "Đơn", "truong_hop": "mat"}, {"ten": "Giấy", "truong_hop": "hong"}]
    found = procedure(truong_hop=CASES, giay_to=papers)
    message = ask(found, Aspect.PAPERS)
    assert [b.label for b in message.buttons] == ["Bị mất", "Bị hỏng"]
    assert message.buttons[1].action.case == "hong"
    chosen = show(message.buttons[1].action, found, Telling(SAY, NOW))
    assert "• Giấy" in chosen.text
    assert "Đơn" not in chosen.text


def test_a_case_without_papers_of_its_own_is_asked_about_instead_of_an_empty_list() -> None:
    papers = [{"ten": "Đơn", "truong_hop": "mat"}, {"ten": "Giấy", "truong_hop": "mat"}]
    message = ask(procedure(truong_hop=CASES, giay_to=papers), Aspect.PAPERS, case="hong")
    assert [b.label for b in message.buttons] == ["Bị mất"]


def test_the_papers_of_a_case_come_before_those_of_all() -> None:
    papers = [{"ten": "Tờ khai"}, {"ten": "Đơn báo mất", "truong_hop": "mat"}]
    text = ask(procedure(truong_hop=CASES, giay_to=papers), Aspect.PAPERS, case="mat").text
    assert text.index("Đơn báo mất") < text.index("Tờ khai")


def test_a_paper_has_one_bracket() -> None:
    paper = {"ten": "Thẻ", "so_luong": "1 bản chính", "hinh_thuc": "xuat_trinh"}
    text = ask(procedure(giay_to=[paper]), Aspect.PAPERS).text
    assert "• Thẻ (1 bản chính, mang theo để xuất trình)" in text


def test_common_papers_come_first_and_the_cases_are_one_press_away() -> None:
    papers = [{"ten": "Tờ khai"}, {"ten": "Đơn báo mất", "truong_hop": "mat"}]
    message = ask(procedure(truong_hop=CASES, giay_to=papers), Aspect.PAPERS)
    assert "• Tờ khai" in message.text
    assert "Đơn báo mất" not in message.text
    assert message.buttons[0].action.kind is Kind.ASK_CASE


def test_more_than_five_cases_are_asked_for_in_pages() -> None:
    cases = [{"id": f"c{i}", "ten": f"trường hợp số {i}"} for i in range(7)]
    papers = [{"ten": f"Giấy {i}", "truong_hop": f"c{i}"} for i in range(7)]
    found = procedure(truong_hop=cases, giay_to=papers)
    message = ask(found, Aspect.PAPERS)
    assert message.buttons[-1].label == "Xem tiếp (5–7 trong 7)"
    rest = show(message.buttons[-1].action, found, Telling(SAY, NOW))
    assert [b.action.case for b in rest.buttons] == ["c4", "c5", "c6"]


def test_a_remembered_question_about_cases_survives_an_edited_file() -> None:
    found = procedure(truong_hop=CASES, giay_to=[{"ten": "Tờ khai"}])
    asking = Action(kind=Kind.ASK_CASE, code=found.code, aspect=Aspect.PAPERS, page=3)
    outcome = perform(asking, State(), world(found), NOW)
    assert "• Tờ khai" in outcome.replies[0].text


# --- where, and what is not known ---


def test_a_long_agency_does_not_make_a_long_sentence() -> None:
    message = ask(procedure(co_quan="Chi cục Hàng hải " * 25, cap=["bo"]), Aspect.PLACE)
    assert message.text.startswith("Nơi nộp hồ sơ xin giấy thử:\n• Chi cục")
    assert message.source


def test_what_is_missing_is_said_to_be_missing_with_the_portal_and_a_person() -> None:
    message = ask(procedure(), Aspect.FEE)
    assert "chưa ghi lệ phí" in message.text
    assert message.links == (("Xem trên Cổng Dịch vụ công", "https://dichvucong.gov.vn/1"),)
    assert message.buttons[-1].action.phrase == "human"


def test_papers_of_the_catalogue_are_on_the_portal() -> None:
    message = ask(procedure(bien_soan=False), Aspect.PAPERS)
    assert "Cổng Dịch vụ công quốc gia" in message.text
    assert message.links


# --- every curated file ---


@pytest.fixture(scope="module")
def real() -> World:
    return World(loader.load(), phrases.load(), menu.load(), PHONE)


def _pages(
    real: World, state: State, start: Action
) -> Iterator[tuple[Action, Message, tuple[Offer, ...]]]:
    """Every page of an answer, walked as a citizen does: by pressing "Xem tiếp"."""
    action: Action | None = start
    while action is not None:
        outcome = perform(action, state, real, NOW)
        (said,) = outcome.replies
        message = Message(said.text, said.source)
        offers = outcome.state.latest_offers()
        yield action, message, offers
        # A page button does what its message does, one page on.
        onward = [o.action for o in offers if o.action.page == action.page + 1]
        assert len(onward) <= 1
        action = onward[0] if onward else None


def _bullets(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("• ")]


@pytest.mark.parametrize("brief", [False, True])
def test_every_answer_of_every_curated_file_keeps_the_limits(real: World, brief: bool) -> None:
    """At most 300 characters (a single longer item apart), 5 choices, a dated source; pages
    hold every item once."""
    walked = 0
    state = State(brief=brief)
    for found in real.knowledge.curated:
        for aspect in Aspect:
            for case in (None, *(c.id for c in found.cases)):
                action = Action(kind=Kind.SHOW, code=found.code, aspect=aspect, case=case)
                where = f"{found.code} {aspect.value} {case}"
                seen: list[str] = []
                for _, message, offers in _pages(real, state, action):
                    walked += 1
                    # A line that is longer than a message goes on in the next one.
                    seen += [i for i in _bullets(message.text) if not i.startswith("• …")]
                    assert len(message.text) <= MOST_CHARACTERS, where
                    assert "{" not in message.text, where
                    assert len(offers) <= 5, where
                    asked = {o.action.case for o in offers} - {case}
                    nowhere = any(o.action.anywhere for o in offers)  # where the citizen lives
                    assert asked or nowhere or DATED.search(message.source or ""), where
                assert len(seen) == _expected(found, aspect, case, len(seen)), where
    assert walked > 8 * len(real.knowledge.curated)


def _expected(found: Procedure, aspect: Aspect, case: str | None, otherwise: int) -> int:
    """How many items an answer has in all; ``otherwise`` where it may be a single sentence."""
    match aspect:
        case Aspect.PAPERS:
            return sum(p.case in (None, case) for p in found.papers)
        case Aspect.LEGAL:
            return len(found.legal_basis)
        case Aspect.RESULT:
            return len(found.results)
        case Aspect.CONDITIONS:
            return len(found.who) + len(found.conditions)
        case _:
            return otherwise


def test_every_catalogue_answer_is_short_and_sourced(real: World) -> None:
    entries = [p for p in real.knowledge.procedures if not p.curated]
    assert len(entries) > 2000
    for found in entries:
        for aspect in Aspect:
            message = show(
                Action(kind=Kind.SHOW, code=found.code, aspect=aspect),
                found,
                real.telling(State(), NOW),
            )
            where = f"{found.code} {aspect.value}: {message.text}"
            assert len(message.text) <= MOST_CHARACTERS, where
            assert len(message.buttons) <= 5, where
            assert DATED.search(message.source or ""), where
            assert message.links or found.link is None, where


# --- how it reads ---


def test_pages_are_cut_alike_though_their_headings_differ() -> None:
    papers = [{"ten": f"Giấy {i} " + "x" * 34} for i in range(9)]
    found = procedure(ten="Xin giấy thử " + "rất " * 20, giay_to=papers)
    said = [ask(found, Aspect.PAPERS, page=page).text for page in range(3)]
    assert [line.split()[2] for text in said for line in text.splitlines()[1:]] == list("012345678")
    assert {text.splitlines()[0].endswith("cần thêm:") for text in said[1:]} == {True}


def test_a_single_left_over_item_is_not_called_a_range() -> None:
    papers = [{"ten": f"Giấy số {i}"} for i in range(6)]
    assert ask(procedure(giay_to=papers), Aspect.PAPERS).buttons[0].label == (
        "Xem tiếp (mục 6 trong 6)"
    )


def test_a_note_that_stands_for_the_amount_is_said_once_with_one_full_stop() -> None:
    fee = ask(procedure(le_phi=[{"so_tien": None, "ghi_chu": "Hỏi nơi nộp."}]), Aspect.FEE)
    assert fee.text == "Xin giấy thử: hỏi nơi nộp."
    named = procedure(le_phi=[{"so_tien": None, "ten": "Phí đo", "ghi_chu": "Hỏi nơi nộp."}])
    assert ask(named, Aspect.FEE).text == "Xin giấy thử: phí đo: hỏi nơi nộp."
    time = ask(procedure(thoi_han=[{"so": None, "ghi_chu": "Làm ngay."}]), Aspect.TIME)
    assert time.text == "Thời gian giải quyết xin giấy thử:\n• Làm ngay"


def test_a_form_is_not_called_a_form_twice() -> None:
    papers = [{"ten": "Đơn", "mau": "Mẫu số 18"}, {"ten": "Tờ khai", "mau": "CT01"}]
    text = ask(procedure(giay_to=papers), Aspect.PAPERS).text
    assert "• Đơn, mẫu số 18" in text
    assert "• Tờ khai, mẫu CT01" in text


def test_no_answer_stumbles(real: World) -> None:
    """Words doubled, stops doubled, a list that begins small: marks of pieces badly joined."""
    stumbles = re.compile(
        r"\b(làm|mẫu|nếu|nộp|theo|khi) \1\b|khi nếu|[^.]\.\.(?!\.)|  |\s[,:;]", re.I
    )
    found = []
    for one in real.knowledge.curated:
        for aspect in Aspect:
            for case in (None, *(c.id for c in one.cases)):
                text = ask(one, aspect, case).text
                if stumbles.search(text) or re.search(r"^(• )?[a-zđ]", text, re.M):
                    found.append(f"{one.code} {aspect.value} {case}: {text}")
    assert found == []


# --- amounts that depend ---


def test_who_pays_nothing_is_said_beside_the_fee_with_its_source() -> None:
    sources = [
        {"id": "cong", "ten": "Cổng", "ngay": "2026-06-10"},
        {"id": "bao", "ten": "Báo", "ngay": "2026-07-01", "do_tin_cay": "thu_cap"},
    ]
    exempt = [{"ai": "Hộ nghèo", "nguon": "bao"}, {"ai": "người khuyết tật", "nguon": "bao"}]
    found = procedure(le_phi=[{"so_tien": 8000}], mien=exempt, nguon=sources)
    message = ask(found, Aspect.FEE)
    assert "• 8.000 đồng" in message.text
    assert "• Không mất tiền: hộ nghèo; người khuyết tật" in message.text
    assert message.source == (
        "Theo Cổng ngày 10/06/2026, mã 1.000001. "
        "Theo nguồn chưa chính thức (Báo, ngày 01/07/2026), mã 1.000001."
    )


def test_where_all_is_free_nobody_is_singled_out() -> None:
    found = procedure(le_phi=[{"so_tien": 0}], mien=[{"ai": "hộ nghèo"}])
    assert ask(found, Aspect.FEE).text == "Xin giấy thử: không mất tiền."


def test_a_sum_that_is_free_for_a_while_says_until_when() -> None:
    fee = {"so_tien": 0, "hieu_luc_den": "2026-12-31"}
    text = ask(procedure(le_phi=[fee]), Aspect.FEE).text
    assert text == "Xin giấy thử: miễn phí, đến hết ngày 31/12/2026."


def test_the_fee_of_a_situation_takes_the_place_of_the_general_one() -> None:
    fees = [
        {"so_tien": 20000, "cach": ["truc_tiep"]},
        {"so_tien": 10000, "cach": ["truc_tuyen"]},
        {"so_tien": 5000, "ten": "Ảnh"},
        {"so_tien": 40000, "cach": ["truc_tiep"], "truong_hop": "mat"},
    ]
    text = ask(procedure(truong_hop=CASES, le_phi=fees), Aspect.FEE, case="mat").text
    assert text.splitlines() == [
        "Tiền phải nộp nếu bị mất:",
        "• Nộp trực tiếp: 40.000 đồng",
        "• Nộp trực tuyến: 10.000 đồng",
        "• Ảnh: 5.000 đồng",
    ]


def test_a_time_says_what_it_is_for_and_when_it_holds() -> None:
    times = [{"so": 1, "ten": "Biển số"}, {"so": 3, "khi": "cần xác minh"}]
    text = ask(procedure(thoi_han=times), Aspect.TIME).text
    assert "• Biển số: 1 ngày làm việc" in text
    assert "• Khi cần xác minh: 3 ngày làm việc" in text
    one = ask(procedure(thoi_han=times[:1]), Aspect.TIME).text
    assert one == "Thời gian giải quyết xin giấy thử:\n• Biển số: 1 ngày làm việc"
