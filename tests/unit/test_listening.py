"""From an understanding to an action: each rule of the dialogue, with understandings made up."""

from __future__ import annotations

import pytest

from actions.state import Action, Aspect, Kind, Offer, State
from actions.understanding import Understanding
from bot.listening import ERASING, chosen, decide, pressed
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from tests.samples import Talk, meant, procedure, world

A, B = "1.000001", "1.000002"
SHOWN = Action(kind=Kind.SHOW, code=A, aspect=Aspect.FEE, case="mat")
ABOUT_A = State(procedure=A, case="mat", trail=(SHOWN,))
LABELS = ("Cấp mới", "Cấp lại", "Không phải các việc này")
OFFERS = tuple(
    Offer(id=f"3.{n}", label=label, action=Action(kind=Kind.SHOW, code=f"1.00000{n}"))
    for n, label in enumerate(LABELS, 1)
)
ASKED = State(turn=4, offers=OFFERS)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0), ("2.", 1), ("số một", 0), ("so hai", 1), ("cái đầu tiên", 0), ("thứ hai", 1),
        ("chọn số 3", 2), ("bấm nút 2", 1), ("cái cuối cùng", 2), ("lấy cái thứ nhất nhé", 0),
        ("tôi chọn dòng 1", 0), ("ba", 2), ("CẤP LẠI", 1), ("cap lai", 1), ("cấp mới!", 0),
    ],
)  # fmt: skip
def test_a_number_an_ordinal_or_the_words_choose(text: str, place: int) -> None:
    assert chosen(text, ASKED) == OFFERS[place].action


@pytest.mark.parametrize(
    "text", ["4", "9", "0", "10", "cấp", "một người muốn làm", "năm sinh sai", "hai vợ chồng"]
)
def test_other_texts_choose_nothing(text: str) -> None:
    assert chosen(text, ASKED) is None


def test_without_buttons_a_number_chooses_nothing() -> None:
    assert chosen("1", State()) is None


def test_only_the_newest_message_is_chosen_from() -> None:
    newer = Offer(id="5.1", label="Việc khác", action=Action(kind=Kind.HOME))
    state = ASKED.with_offers((newer,))
    assert chosen("1", state) == newer.action
    assert chosen("2", state) is None
    assert pressed("3.2", state) == OFFERS[1].action
    assert pressed("9.9", state) is None


# --- questions ---


def test_a_question_with_its_procedure_is_answered() -> None:
    action = decide(meant("ask_fee", B), ABOUT_A).action
    assert action == Action(kind=Kind.SHOW, code=B, aspect=Aspect.FEE)


def test_the_case_is_kept_for_the_same_procedure_alone() -> None:
    assert decide(meant("ask_time", A), ABOUT_A).action.case == "mat"
    assert decide(meant("ask_time", B), ABOUT_A).action.case is None


@pytest.mark.parametrize("outcome", [LinkOutcome.NONE, LinkOutcome.DECLINE])
def test_a_follow_up_keeps_procedure_and_case(outcome: LinkOutcome) -> None:
    action = decide(meant("ask_papers", outcome=outcome), ABOUT_A).action
    assert action == Action(kind=Kind.SHOW, code=A, aspect=Aspect.PAPERS, case="mat")


def test_a_follow_up_that_names_little_stays_with_what_is_talked_of() -> None:
    assert decide(meant("ask_fee", B, A), ABOUT_A).action.code == A


def test_candidates_close_together_are_asked_about_with_the_aspect_kept() -> None:
    action = decide(meant("ask_fee", A, B), State()).action
    assert action == Action(kind=Kind.ASK_WHICH, codes=(A, B), aspect=Aspect.FEE)


def test_another_aspect_while_it_is_asked_which_asks_about_that_aspect() -> None:
    asking = Action(kind=Kind.ASK_WHICH, codes=(A, B), aspect=Aspect.FEE)
    for state in (State(trail=(asking,)), State(trail=(SHOWN, asking), procedure="1.000009")):
        heard = decide(meant("ask_papers"), state)
        assert heard.action == asking.model_copy(update={"aspect": Aspect.PAPERS})


def test_a_question_that_hardly_names_anything_offers_what_is_talked_of_first() -> None:
    link = Link(LinkOutcome.ASK, (Candidate(B, "", 0.06),))
    understood = Understanding("", "ask_legal", 0.9, link)
    assert decide(understood, ABOUT_A).action.codes == (A, B)
    assert decide(understood, State()).action.codes == (B,)


def test_what_is_talked_of_stays_among_what_a_follow_up_may_be_about() -> None:
    link = Link(LinkOutcome.ASK, (Candidate(B, "", 0.3),))
    asking = decide(Understanding("", "ask_fee", 0.9, link), ABOUT_A).action
    assert asking.codes == (B, A)
    after = ABOUT_A.model_copy(update={"trail": (SHOWN, asking)})
    assert decide(meant("ask_papers"), after).action.code == A
    assert decide(Understanding("", "ask_overview", 0.9, link), ABOUT_A).action.codes == (B,)


@pytest.mark.parametrize(
    ("text", "erases"),
    [("ừ xoá", True), ("xoa het di", True), ("vâng xoá giúp tôi", True), ("dung xoa", False),
     ("không xoá", False), ("xoá xong thì sao", False)],
)  # fmt: skip
def test_to_say_once_more_that_all_be_erased_is_a_yes(text: str, erases: bool) -> None:
    heard = Understanding(text, "erase_data", 0.9, Link(LinkOutcome.NONE))
    done = decide(heard, State(trail=(ERASING,))).action
    assert (done.kind is Kind.ERASE) is erases
    assert decide(heard, State()).action == ERASING


def test_a_question_about_nothing_asks_about_what() -> None:
    assert decide(meant("ask_fee"), State()).action.phrase == "ask_procedure"


def test_a_procedure_named_for_sure_is_shown_whatever_else_it_looks_like() -> None:
    link = Link(LinkOutcome.ANSWER, (Candidate(A, "", 0.95),))
    heard = decide(Understanding("", "thank", 0.9, link), State())
    assert heard.action == Action(kind=Kind.SHOW, code=A)


# --- commands ---


@pytest.mark.parametrize("intent", ["human", "angry", "help"])
def test_commands_are_obeyed_in_any_state(intent: str) -> None:
    for state in (State(), ABOUT_A, ASKED):
        assert decide(meant(intent), state).action == Action(kind=Kind.SAY, phrase=intent)


def test_asking_after_a_dossier_asks_for_its_code_or_shows_the_only_one_known() -> None:
    asked = meant("dossier_status")
    one, two = "H57.132-260804-0583", "H57.132-260904-0584"
    assert decide(asked, ASKED).action == Action(kind=Kind.ASK_CODE)
    assert decide(asked, State(dossiers=(one, two))).action == Action(kind=Kind.ASK_CODE)
    assert decide(asked, State(dossiers=(one,))).action == Action(kind=Kind.DOSSIER, code=one)


def test_yes_and_no_answer_the_question_that_was_asked() -> None:
    this = State(trail=(Action(kind=Kind.ASK_WHICH, codes=(A,), aspect=Aspect.FEE),))
    which = State(trail=(Action(kind=Kind.ASK_WHICH, codes=(A, B)),))
    erase = State(trail=(Action(kind=Kind.SAY, phrase="erase_confirm"),))
    yes, no = meant("affirm"), meant("deny")
    assert decide(yes, this).action == Action(kind=Kind.SHOW, code=A, aspect=Aspect.FEE)
    assert decide(no, this).action.phrase == "decline"
    assert decide(yes, which).action == which.current  # yes to which?
    assert decide(no, which).action.phrase == "decline"
    assert decide(yes, erase).action == Action(kind=Kind.ERASE)
    assert decide(no, erase).action == Action(kind=Kind.HOME)
    assert decide(no, ABOUT_A).action.phrase == "deny"
    assert decide(yes, State()).action.phrase == "affirm"


def test_two_misses_in_a_row_lead_to_a_person() -> None:
    first = decide(meant("nlu_fallback", outcome=LinkOutcome.DECLINE, confidence=0.2), State())
    again = decide(
        meant("nlu_fallback", outcome=LinkOutcome.DECLINE, confidence=0.2), State(misses=1)
    )
    assert (first.action.phrase, first.miss) == ("decline", True)
    assert (again.action.phrase, again.miss) == ("decline_again", True)
    assert decide(meant("out_of_scope"), State()).action.phrase == "out_of_scope"
    assert decide(meant("out_of_scope"), State(misses=1)).action.phrase == "decline_again"


def test_xem_tiep_turns_the_page_also_where_a_list_of_cases_asks() -> None:
    cases = [{"id": f"c{i}", "ten": f"trường hợp số {i}"} for i in range(7)]
    papers = [{"ten": f"Giấy {i}", "truong_hop": f"c{i}"} for i in range(7)]
    talk = Talk(
        world(procedure(truong_hop=cases, giay_to=papers)),
        {"giấy gì": meant("ask_papers", A), "xem tiếp": meant("more")},
    )
    talk.say("giấy gì")
    talk.say("xem tiếp")
    assert talk.labels[0] == "Trường hợp số 4"
    assert talk.say("xem tiếp") == "Chỉ có vậy thôi ạ, không còn phần nào nữa."


# --- several turns ---

SAID = {
    "phí": meant("ask_fee"),
    "phí A": meant("ask_fee", A),
    "giấy B": meant("ask_papers", B),
    "quay lại": meant("back"),
    "nói lại": meant("repeat"),
    "ngắn thôi": meant("shorter"),
    "từ đầu": meant("restart"),
    "cảm ơn": meant("thank"),
    "xoá hết": meant("erase_data"),
}


def _talk() -> Talk:
    papers = [{"ten": f"Giấy số {i}"} for i in range(1, 9)]
    return Talk(
        world(
            procedure(A, ten="Việc A", le_phi=[{"so_tien": 8000}], giay_to=papers),
            procedure(B, ten="Việc B", giay_to=papers),
        ),
        SAID,
    )


def test_the_first_contact_says_once_that_it_is_a_machine() -> None:
    talk = _talk()
    talk.say("phí A")
    assert "Tôi là máy" in talk.replies[0].text
    talk.say("cảm ơn")
    assert len(talk.replies) == 1


def test_back_goes_step_by_step_to_the_beginning_and_stays_there() -> None:
    talk = _talk()
    fee = talk.say("phí A")
    papers = talk.say("giấy B")
    more = talk.press("Xem tiếp")
    assert more != papers
    assert talk.say("quay lại") == papers
    assert talk.say("quay lại") == fee
    for _ in range(3):
        assert "đầu câu chuyện" in talk.say("quay lại")
        assert talk.labels
    assert talk.say("nói lại") == fee


def test_an_aside_is_no_step() -> None:
    talk = _talk()
    fee = talk.say("phí A")
    talk.say("giấy B")
    talk.say("cảm ơn")
    assert talk.say("quay lại") == fee


def test_shorter_is_said_once_and_starts_the_list_again() -> None:
    talk = _talk()
    talk.say("/start")
    talk.say("ngắn thôi")
    assert talk.replies[0].text == "Dạ, từ giờ tôi nói ngắn thôi."
    talk = _talk()
    assert talk.say("ngắn thôi") == "Dạ, từ giờ tôi nói ngắn thôi."
    assert len(talk.replies) == 2  # the greeting of a first contact before it
    talk = _talk()
    talk.say("giấy B")
    talk.press("Xem tiếp")
    talk.say("ngắn thôi")
    assert talk.replies[-1].text.splitlines()[1:] == ["• Giấy số 1", "• Giấy số 2"]


def test_starting_again_forgets_what_was_talked_of() -> None:
    talk = _talk()
    talk.say("phí A")
    talk.say("từ đầu")
    assert talk.replies[0].text == "Dạ, ta làm lại từ đầu."
    talk.say("phí")
    assert talk.events == ("said.ask_procedure",)


def test_misses_count_only_in_a_row() -> None:
    talk = _talk()
    talk.say("???")
    assert talk.events == ("declined",)
    talk.press("Việc khác")
    assert "chưa tìm được" in talk.say("???")
    assert "vẫn chưa hiểu" in talk.say("???")


def test_a_stale_button_shows_the_current_step_again() -> None:
    talk = _talk()
    fee = talk.say("phí A")
    assert talk.press_id("99.1") == fee
    assert talk.events == ("stale",)
    assert "Nút này cũ rồi" in talk.replies[0].text


def test_erasing_asks_first_and_then_keeps_nothing() -> None:
    talk = _talk()
    talk.say("phí A")
    talk.say("xoá hết")
    assert talk.labels == ["Xoá hết", "Không xoá"]
    old = talk.state.offers
    talk.press("Xoá hết")
    assert talk.state == State(turn=talk.state.turn)
    talk.press_id(old[0].id)
    assert talk.events == ("stale",)


def test_a_secret_is_answered_with_a_warning() -> None:
    talk = _talk()
    assert "đừng gửi mật khẩu" in talk.say("mã OTP là [mã OTP]")
    assert "đừng gửi mật khẩu" in talk.say("[mật khẩu]")
