"""Messages with two questions or with a refusal, in conversations with understandings made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.state import Action, Aspect, Kind, State
from actions.understanding import Understanding
from bot.hearing import hear
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from tests.samples import Talk, letters, meant, procedure, world

A, B, C = "1.000001", "1.000002", "1.000003"
WORLD = letters("một", "hai", "ba")
BOTH = "giấy một cần gì, nộp ở đâu"
PARTS = {"giấy một cần gì": meant("ask_papers", A), "nộp ở đâu": meant("ask_place")}


def test_two_questions_are_answered_in_turn_with_the_buttons_of_the_last() -> None:
    talk = Talk(WORLD, {BOTH: meant("ask_place", A), **PARTS})
    talk.say(BOTH)
    assert talk.events == ("answered.papers", "answered.place")
    first, second = talk.replies[-2:]
    assert "Đơn một" in first.text
    assert "Phòng một" in second.text
    assert first.source
    assert second.source
    assert not [c for c in first.choices if c.url is None]
    assert talk.labels
    pressed = {offer.id for offer in talk.state.offers}
    assert pressed == {c.id for c in second.choices if c.url is None}
    talk.say("1")  # the first row of the last message
    assert len(talk.replies) == 1


def test_each_question_may_have_its_own_procedure() -> None:
    text = "giấy một nộp ở đâu? còn giấy hai nộp ở đâu"
    talk = Talk(WORLD, {
        text: meant("ask_place", A, B),
        "giấy một nộp ở đâu?": meant("ask_place", A), "giấy một nộp ở đâu": meant("ask_place", A),
        "còn giấy hai nộp ở đâu": meant("ask_place", B),
    })  # fmt: skip
    talk.say(text)
    assert [reply.text.split()[-1] for reply in talk.replies[-2:]] == ["một", "hai"]


def test_the_first_question_borrows_the_procedure_that_the_second_names() -> None:
    text = "cần gì, nộp giấy hai ở đâu"
    talk = Talk(WORLD, {
        text: meant("ask_place", B),
        "cần gì": meant("ask_papers"), "nộp giấy hai ở đâu": meant("ask_place", B),
    })  # fmt: skip
    talk.say(text)
    assert talk.events == ("answered.papers", "answered.place")
    assert "Đơn hai" in talk.replies[-2].text


def test_a_first_question_of_its_own_does_not_borrow() -> None:
    text = "giấy nào đó cần gì? rồi nộp giấy ba ở đâu"
    talk = Talk(WORLD, {
        text: meant("ask_place", C),
        "giấy nào đó cần gì": meant("ask_papers", A, B),
        "giấy nào đó cần gì?": meant("ask_papers", A, B),
        "rồi nộp giấy ba ở đâu": meant("ask_place", C),
    })  # fmt: skip
    talk.say(text)
    assert "Phòng ba" in talk.replies[-2].text  # needs no answer to "which?"
    assert talk.labels[:2] == ["Xin giấy một", "Xin giấy hai"]
    talk.press("Xin giấy một")
    assert talk.events == ("answered.papers",)
    assert "Đơn một" in talk.replies[-1].text


@pytest.mark.parametrize(
    "then",
    [
        meant("ask_place", confidence=0.3),  # not sure
        meant("out_of_scope"),
        meant("ask_overview", B),
        meant("ask_papers"),  # the same once more
    ],
)
def test_parts_that_do_not_each_ask_something_clearly_stay_one(then: Understanding) -> None:
    text = "giấy một cần gì, nộp qua mạng được không"
    talk = Talk(WORLD, {**PARTS, text: meant("ask_papers", A), "nộp qua mạng được không": then})
    talk.say(text)
    assert talk.events == ("answered.papers",)


@pytest.mark.parametrize(
    "then", [meant("ask_place", confidence=0.3), meant("out_of_scope"), meant("ask_overview", B)]
)
def test_plain_words_decide_what_a_part_asks(then: Understanding) -> None:
    said = {**PARTS, BOTH: meant("ask_papers", A), "nộp ở đâu": then}
    assert hear(BOTH, said.__getitem__, State()).then is not None
    elsewhere = {**said, BOTH: meant("out_of_scope", A)}  # nothing about papers as a whole
    assert hear(BOTH, elsewhere.__getitem__, State()).then is None


def test_the_second_question_waits_until_the_first_is_clear() -> None:
    which = {**PARTS, "giấy một cần gì": meant("ask_papers", A, B), BOTH: meant("ask_place", A, B)}
    talk = Talk(WORLD, which)
    talk.say(BOTH)
    assert talk.labels[:2] == ["Xin giấy một", "Xin giấy hai"]
    talk.press("Xin giấy hai")
    assert talk.events == ("answered.papers", "answered.place")
    assert "Phòng hai" in talk.replies[-1].text
    assert talk.state.waiting is None


def test_what_can_be_said_at_once_is_said_before_the_case_is_asked() -> None:
    told = procedure(
        A,
        ten="Xin giấy một",
        truong_hop=[{"id": "mat", "ten": "Mất giấy"}, {"id": "hong", "ten": "Hỏng giấy"}],
        giay_to=[
            {"ten": "Đơn mất", "truong_hop": "mat"},
            {"ten": "Đơn hỏng", "truong_hop": "hong"},
        ],
        noi_nop=[{"ten": "Phòng một"}],
    )
    talk = Talk(world(told), {**PARTS, BOTH: meant("ask_papers", A)})
    talk.say(BOTH)
    assert talk.events == ("answered.place", "ask_case")
    assert "Phòng một" in talk.replies[-2].text
    assert "Mất giấy" in talk.labels
    assert talk.state.waiting is None


def test_a_second_question_about_something_else_is_no_repetition() -> None:
    text = "giấy một cần gì, còn giấy hai hoặc ba cần gì"
    talk = Talk(WORLD, {
        text: meant("ask_papers", A),
        "giấy một cần gì": meant("ask_papers", A),
        "còn giấy hai hoặc ba cần gì": meant("ask_papers", B, C),
    })  # fmt: skip
    talk.say(text)
    assert talk.events == ("answered.papers", "ask_which")
    assert talk.labels[:2] == ["Xin giấy hai", "Xin giấy ba"]


def test_the_same_may_be_asked_of_something_else_by_its_name_alone() -> None:
    text = "giấy một nộp ở đâu, còn giấy hai?"
    talk = Talk(WORLD, {
        text: meant("ask_place", A, B, outcome=LinkOutcome.ANSWER),
        "giấy một nộp ở đâu": meant("ask_place", A), "còn giấy hai?": meant("more", B),
    })  # fmt: skip
    talk.say(text)
    assert [reply.text.split()[-1] for reply in talk.replies[-2:]] == ["một", "hai"]


def likely(**scores: float) -> Link:
    """What is answered: candidates by their names, each with its likelihood, best first."""
    found = (
        Candidate(f"9.{n}", name.replace("_", " "), score)
        for n, (name, score) in enumerate(scores.items())
    )
    return Link(LinkOutcome.ANSWER, tuple(found))


@pytest.mark.parametrize(
    ("link", "whole", "then"),
    [
        (likely(xe=0.9, tàu=0.01), (A,), LinkOutcome.ANSWER),  # sure of it
        (likely(xe=0.6, tàu=0.3), (A, "9.0"), LinkOutcome.ANSWER),  # the whole speaks of it too
        (likely(xe=0.6, tàu=0.3), (A,), LinkOutcome.ASK),  # neither
        (likely(xe=0.15, tàu=0.1), (A,), LinkOutcome.NONE),  # names next to nothing
        (likely(làm_thẻ_xe=0.1, thẻ_xe=0.1, bỏ_thẻ_xe=0.1), (A,), LinkOutcome.ASK),  # one of those
        (likely(cấp_giấy=0.1, mất_cấp_giấy=0.1, bỏ_cấp_giấy=0.1), (A,), LinkOutcome.NONE),
    ],
)
def test_the_second_is_about_another_only_where_that_is_clear(
    link: Link, whole: tuple[str, ...], then: LinkOutcome
) -> None:
    text = "giấy một cần gì, cấp giấy thẻ xe ở đâu"
    said = {
        text: meant("ask_papers", *whole, outcome=LinkOutcome.ANSWER),
        "giấy một cần gì": meant("ask_papers", A),
        "cấp giấy thẻ xe ở đâu": replace(meant("ask_place"), link=link),
    }
    second = hear(text, lambda text: replace(said[text], text=text), State()).then
    assert second is not None
    assert second.link.outcome is then


def test_the_first_one_is_among_those_that_the_second_may_be_about() -> None:
    talk = Talk(WORLD, {
        BOTH: meant("ask_place", A), **PARTS, "nộp ở đâu": meant("ask_place", B, C),
    })  # fmt: skip
    talk.say(BOTH)
    assert talk.events == ("answered.papers", "ask_which")
    assert talk.labels[:3] == ["Xin giấy hai", "Xin giấy ba", "Xin giấy một"]


def test_what_asks_nothing_by_itself_belongs_to_the_question_behind_it() -> None:
    talk = Talk(WORLD, {
        "ai bảo gì kệ": meant("greet"), "ai bảo gì kệ, giấy một cần gì": meant("ask_papers", A),
        "nộp ở đâu": meant("ask_place"), "ai bảo gì kệ, giấy một cần gì, nộp ở đâu":
        meant("ask_papers", A), "giấy một cần gì": meant("ask_papers", A),
    })  # fmt: skip
    talk.say("ai bảo gì kệ, giấy một cần gì, nộp ở đâu")
    assert talk.events == ("answered.papers", "answered.place")


def test_a_waiting_question_is_dropped_with_the_first() -> None:
    which = {**PARTS, "giấy một cần gì": meant("ask_papers", A, B), BOTH: meant("ask_place", A, B)}
    talk = Talk(WORLD, {**which, "giấy ba cần gì": meant("ask_papers", C)})
    talk.say(BOTH)
    talk.press("Không phải")
    assert talk.state.waiting is None
    talk.say(BOTH)
    talk.say("giấy ba cần gì")
    assert talk.events == ("answered.papers",)


def test_what_is_refused_is_not_the_answer() -> None:
    text = "không phải giấy một, tôi hỏi giấy hai"
    talk = Talk(WORLD, {
        text: meant("ask_overview", A, B),
        "giấy một": meant("ask_overview", A),
        "tôi hỏi giấy hai": meant("ask_overview", A, B, outcome=LinkOutcome.ANSWER),
    })  # fmt: skip
    talk.say(text)
    assert talk.state.current == Action(kind=Kind.ASK_WHICH, codes=(B,))


def test_what_is_wanted_clearly_is_answered_though_it_is_near_what_is_refused() -> None:
    talk = Talk(WORLD, {
        "cấp giấy": meant("ask_papers", A, B), "đổi giấy": meant("ask_papers", B),
    })  # fmt: skip
    talk.say("không phải cấp giấy mà là đổi giấy")
    assert talk.events == ("answered.papers",)
    assert talk.state.procedure == B


def test_a_refusal_alone_offers_what_else_was_near_but_not_what_was_refused() -> None:
    talk = Talk(WORLD, {
        "giấy một cần gì": meant("ask_papers", A, B, C, outcome=LinkOutcome.ANSWER),
        "không phải cái đó": meant("correct"), "không phải": meant("deny"),
        "giấy hai": meant("ask_overview", B),
    })  # fmt: skip
    talk.say("giấy một cần gì")
    talk.say("không phải cái đó")
    assert talk.events == ("said.correct",)
    assert talk.labels == ["Xin giấy hai", "Xin giấy ba", "Không phải các việc này"]
    talk.say("không phải giấy hai")
    assert talk.labels == ["Xin giấy ba", "Không phải việc này"]
    assert talk.state.current == Action(kind=Kind.ASK_WHICH, codes=(C,), aspect=Aspect.PAPERS)
    talk.press("Không phải")
    assert talk.events == ("said.decline",)
    talk.say("giấy một cần gì")
    talk.say("không phải")
    assert talk.labels[0] == "Xin giấy hai"


def test_of_several_asked_about_the_others_are_offered_when_the_chosen_one_was_not_it() -> None:
    talk = Talk(WORLD, {"giấy": meant("ask_papers", A, B), "nhầm rồi": meant("correct")})
    talk.say("giấy")
    talk.press("Xin giấy một")
    talk.say("nhầm rồi")
    assert talk.labels == ["Xin giấy hai", "Không phải việc này"]


def test_without_anything_near_it_is_asked_again() -> None:
    talk = Talk(WORLD, {"giấy một": meant("ask_papers", A), "không phải cái đó": meant("correct")})
    talk.say("giấy một")
    assert "nói lại" in talk.say("không phải cái đó")


def test_scolding_with_a_question_is_answered() -> None:
    question = "giấy một nộp ở đâu"
    meaning = {f"máy ngu, {question}": meant("angry"), question: meant("ask_place", A)}
    talk = Talk(WORLD, meaning)
    talk.say(f"máy ngu, {question}")
    assert talk.events == ("answered.place",)
    talk.say("máy ngu, không biết ở đâu")
    assert talk.events != ("answered.place",)


def test_most_messages_are_understood_once() -> None:
    told: list[str] = []

    def understand(text: str) -> Understanding:
        told.append(text)
        return meant("ask_papers", A)

    hear("mẹ tôi mất, giờ xin giấy một cần gì, cảm ơn cháu", understand, State())
    assert len(told) == 1


def test_matters_of_two_persons_are_asked_about_in_the_order_told() -> None:
    text = "làm giấy hai cho ba, và giấy một cho cháu"
    said = {
        text: meant("ask_overview", C),  # which sounds like both
        "làm giấy hai cho ba": meant("ask_overview", B, C),
        "giấy một cho cháu": meant("ask_overview", A),
    }
    talk = Talk(WORLD, said)
    talk.say(text)
    assert talk.events == ("ask_which",)
    assert talk.labels[:3] == ["Xin giấy hai", "Xin giấy ba", "Xin giấy một"]
    same = said | {"giấy một cho cháu": meant("ask_overview", B)}
    talk = Talk(WORLD, same)
    talk.say(text)
    assert talk.events == ("answered.overview",)  # as it was understood whole
