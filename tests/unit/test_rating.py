"""Asking how content citizens are: when, how often, what is counted; and that not to answer costs
nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import rating
from actions.rating import QUIET, End, Face, Question, Rated, Rating, Reason
from tests.samples import Talk, event, guide, meant, procedure, world

A = "1.000001"
SAID = {
    "phí A": meant("ask_fee", A),
    "cảm ơn": meant("thank"),
    "chào nhé": meant("goodbye"),
    "chuyện lạ": meant("nlu_fallback"),
    "trả lời sai bét": meant("angry"),
    "thế giấy tờ A cần gì": meant("ask_papers", A),
    "nói lại": meant("repeat"),
    "quay lại câu trước": meant("back"),
    "xoá hết": meant("erase_data"),
}
WORLD = world(
    procedure(A, le_phi=[{"so_tien": 8000}], giay_to=[{"ten": "Đơn"}]),
    procedure("1.000002", ten="Giấy khác"),
    guides=(guide(),),
    events=(event(),),
)
ASKING = replace(WORLD, asks_rating=True)
FACES = ["😀 Rất hài lòng", "😊 Hài lòng", "😐 Bình thường", "😕 Không hài lòng"]
FACES += ["😞 Rất không hài lòng"]


def answered() -> Talk:
    citizen = Talk(ASKING, SAID)
    citizen.say("phí A")
    citizen.say("cảm ơn")
    return citizen


def is_asked(citizen: Talk) -> bool:
    return citizen.labels == FACES


def counted(citizen: Talk) -> list[tuple[int, str, int]]:
    return [(r.score, r.reason or "", r.count) for r in citizen.ratings]


def test_after_thanks_for_an_answer_five_faces_are_shown_each_with_a_word() -> None:
    citizen = answered()
    assert citizen.events == ("said.thank",)
    assert citizen.replies[0].text.startswith("Không có gì ạ")
    assert is_asked(citizen)
    question = Question(day=citizen.now.date(), end=End.ANSWER, about=A)
    assert citizen.ratings == [Rated(question)]


@pytest.mark.parametrize("face", ["😀", "😊"])
def test_who_is_content_is_asked_no_more(face: str) -> None:
    citizen = answered()
    citizen.press(face)
    assert citizen.events == ("rating.good",) and citizen.labels == ["Việc khác"]
    assert counted(citizen)[1:] == [(5 if face == "😀" else 4, "", 1)]


@pytest.mark.parametrize("face", ["😐", "😕", "😞"])
def test_who_is_not_is_asked_why(face: str) -> None:
    citizen = answered()
    citizen.press(face)
    assert len(citizen.labels) == 5
    citizen.press("Khó hiểu")
    assert citizen.events == ("rating.reason",)
    score = "😞😕😐".index(face) + 1
    assert counted(citizen)[1:] == [(score, "", 1), (score, "unclear", 1)]


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("1", 5), ("số hai", 4), ("cái cuối cùng", 1), ("rat hai long", 5), ("Hài lòng lắm", 5),
        ("tôi không hài lòng", 2), ("tui rất không hài lòng", 1), ("bình thường thôi", 3),
        ("cũng hài lòng", 4), ("quá tệ", 1), ("tốt lắm con", 5), ("chua hai long", 2),
    ],
)  # fmt: skip
def test_a_face_may_be_typed(said: str, score: int) -> None:
    citizen = answered()
    citizen.say(said)
    assert counted(citizen)[1:] == [(score, "", 1)]


def test_another_reason_may_be_given_in_words_which_are_kept_without_names() -> None:
    citizen = answered()
    citizen.press("😕")
    citizen.press("Lý do khác")
    assert citizen.labels == ["Bỏ qua"]
    citizen.say("trả lời sai bét")
    assert citizen.events == ("rating.words",)
    assert citizen.ratings[-1].words == "trả lời sai bét" and citizen.ratings[-1].count == 0
    citizen.say("trả lời sai bét")  # said once
    assert citizen.events == ("said.angry",)


def test_names_and_numbers_in_words_are_taken_out() -> None:
    citizen = answered()
    citizen.press("😞")
    citizen.press("Lý do khác")
    citizen.say("anh Nguyễn Văn Tám ở 0123456 nói khác")
    assert citizen.ratings[-1].words == "anh [tên] ở [số] nói khác"


@pytest.mark.parametrize("how", ["Bỏ qua", "1"])
def test_words_may_be_left_out(how: str) -> None:
    citizen = answered()
    citizen.press("😞")
    citizen.press("Lý do khác")
    citizen.say(how)
    assert citizen.replies[-1].text.startswith("Cảm ơn")
    assert not any(r.words for r in citizen.ratings)
    assert not citizen.state.rating.telling


def test_a_question_in_place_of_words_is_answered_and_the_next_words_are_no_reason() -> None:
    citizen = answered()
    citizen.press("😞")
    citizen.press("Lý do khác")
    citizen.say("thế giấy tờ A cần gì")
    assert citizen.events == ("answered.papers",)
    citizen.say("chuyện lạ")
    assert citizen.events == ("declined",)


def test_another_face_takes_the_place_of_the_first() -> None:
    citizen = answered()
    faces = {c.label[0]: c.id for c in citizen.replies[-1].choices}
    citizen.press_id(faces["😞"])
    citizen.press("Khó hiểu")
    citizen.press_id(faces["😀"])
    citizen.press_id(faces["😀"])
    net: Counter[tuple[int, str]] = Counter()
    for score, reason, count in counted(citizen):
        net[score, reason] += count
    assert +net == {(0, ""): 1, (5, ""): 1}


def test_a_face_of_another_day_is_not_counted() -> None:
    citizen = answered()
    old = citizen.replies[-1].choices[0].id
    citizen.now += timedelta(days=1)
    citizen.say("phí A")
    citizen.say("cảm ơn")
    before = len(citizen.ratings)
    citizen.press_id(old)
    assert citizen.events == ("rating.late",) and len(citizen.ratings) == before


def test_the_end_of_a_guide_keeps_its_buttons_and_numbers_mean_the_faces() -> None:
    citizen = Talk(ASKING, SAID)
    citizen.say("làm thử")
    citizen.say("xong")
    assert not is_asked(citizen)
    citizen.say("xong")
    assert citizen.events == ("guide.done",)
    assert is_asked(citizen) and len(citizen.replies) == 2
    assert citizen.ratings[0].question.about == "lam-thu"
    home = citizen.replies[0].choices[-1]
    assert home.label == "Việc khác"
    citizen.say("1")
    assert citizen.events == ("rating.good",)
    citizen.press_id(home.id)
    assert citizen.events == ("home",)


def test_the_buttons_before_the_faces_may_be_typed_by_their_words() -> None:
    citizen = Talk(ASKING, SAID)
    for text in ("phí A", "chào nhé"):
        citizen.say(text)
    assert is_asked(citizen)
    citizen.say("viec khac")
    assert citizen.events == ("home",)


@pytest.mark.parametrize(
    "said",
    [
        ("cảm ơn",),  # nothing was answered
        ("chuyện lạ", "cảm ơn"),
        ("trả lời sai bét", "cảm ơn"),
        ("làm thử", "cảm ơn"),  # in the middle
        ("làm thử", "phí A", "cảm ơn"),
        ("phí A", "cháy nhà rồi cứu với", "phí A", "cảm ơn"),
        ("phí A", "cảm ơn", "phí A", "chào nhé"),  # once a day
    ],
)
def test_not_the_moment(said: tuple[str, ...]) -> None:
    citizen = Talk(ASKING, SAID)
    for text in said:
        citizen.say(text)
    assert not is_asked(citizen)


def test_a_guide_put_aside_is_no_middle() -> None:
    citizen = Talk(ASKING, SAID)
    for text in ("làm thử", "dừng", "phí A", "cảm ơn"):
        citizen.say(text)
    assert is_asked(citizen)


def test_a_deployment_may_not_want_to_ask() -> None:
    citizen = Talk(WORLD, SAID)
    for text in ("phí A", "cảm ơn"):
        citizen.say(text)
    assert len(citizen.replies) == 1 and citizen.ratings == []


DAYS = st.integers(0, 20)
DEEDS = st.sampled_from(["ask", "answer", "hush"])


@given(st.lists(st.tuples(DAYS, DEEDS), max_size=40))
def test_once_a_day_and_left_alone_after_two_that_were_not_answered(
    steps: list[tuple[int, str]],
) -> None:
    memory, day = Rating(), date(2026, 11, 22)
    asked: list[date] = []
    ignored = 0
    for gap, deed in steps:
        day += timedelta(days=gap)
        if deed == "hush":
            memory = rating.hushed(memory, day)
            assert not rating.may_ask(memory, day)
        elif deed == "answer" and memory.question:
            done = rating.answered(memory, Face(question=memory.question, score=3))
            assert done is not None
            memory, ignored = done[0], 0
        elif deed == "ask" and rating.may_ask(memory, day):
            if asked:
                assert (day - asked[-1]).days >= (QUIET if ignored >= 2 else 1)
            memory = rating.asked(memory, Question(day=day, end=End.ANSWER))
            asked.append(day)
            ignored += 1
    if ignored < 2:
        assert rating.may_ask(memory, day + timedelta(days=1))
    assert rating.may_ask(memory, day + timedelta(days=QUIET))


QUESTION = Question(day=date(2026, 11, 22), end=End.GUIDE, about="lam-thu")
PRESSES = st.one_of(
    st.builds(Face, question=st.just(QUESTION), score=st.integers(1, 5)),
    st.builds(
        Face, question=st.just(QUESTION), reason=st.sampled_from(Reason), silent=st.booleans()
    ),
)


@given(st.lists(PRESSES, max_size=12))
def test_whatever_is_pressed_one_face_and_one_reason_of_it_stay_counted(faces: list[Face]) -> None:
    memory = rating.asked(Rating(), QUESTION)
    net: Counter[tuple[int, str]] = Counter()
    for face in faces:
        done = rating.answered(memory, face)
        assert done is not None
        memory = done[0]
        for rated in done[1]:
            net[rated.score, rated.reason or ""] += rated.count
        assert min(net.values(), default=0) >= 0
    left = +net
    assert sorted(left) == sorted(
        {(memory.score or 0, ""), (memory.score or 0, memory.reason or "")}
        if memory.score
        else set()
    )
    assert set(left.values()) <= {1}


TEXTS = st.sampled_from(
    [*SAID, "làm thử", "xong", "dừng", "làm tiếp", "cháy nhà rồi cứu với", "Việc khác", "/start"]
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TEXTS, st.integers(0, 2)), max_size=14))
def test_not_to_answer_costs_nothing(steps: list[tuple[str, int]]) -> None:
    """Two citizens say the same, one of them is asked: the answers are the same."""
    asked, spared = Talk(ASKING, SAID), Talk(WORLD, SAID)
    days: Counter[date] = Counter()
    dangers: set[date] = set()
    for text, gap in steps:
        for citizen in (asked, spared):
            citizen.now += timedelta(days=gap)
            citizen.say(text)
        replies = asked.replies
        if is_asked(asked):
            days[asked.now.date()] += 1
            assert asked.events[0] in ("said.thank", "said.goodbye", "guide.done")
            assert asked.now.date() not in dangers
            replies = replies[:-1]
        if asked.events == ("said.emergency",):
            dangers.add(asked.now.date())
        assert [(r.text, [c.label for c in r.choices]) for r in replies] == [
            (r.text, [c.label for c in r.choices]) for r in spared.replies
        ]
        assert asked.state.trail == spared.state.trail
    assert set(days.values()) <= {1}
