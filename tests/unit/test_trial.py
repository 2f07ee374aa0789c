"""What comes of one message, with understandings made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.understanding import EMERGENCY, Understanding
from bot.trial import Trial, Tried
from knowledge_base.retrieval.link import LinkOutcome
from tests.samples import event, meant, procedure, world

A, B = "1.000001", "1.000002"
CASES = {
    "giay_to": [{"ten": "Đơn", "truong_hop": "nhanh"}, {"ten": "Tờ khai", "truong_hop": "thuong"}],
    "truong_hop": [{"id": "nhanh", "ten": "Lấy nhanh"}, {"id": "thuong", "ten": "Lấy thường"}],
}
WORLD = world(procedure(A, **CASES), procedure(B), events=(event(),))


def tried(text: str, understood: Understanding, heard: list[str] | None = None) -> Tried:
    def understand(message: str) -> Understanding:
        if heard is not None:
            heard.append(message)
        return understood

    return Trial(understand, WORLD, Path())(text)


def test_what_is_shown_is_told_with_the_kind_of_question() -> None:
    found = tried("giấy tờ", meant("ask_papers", B))
    assert (found.intent, found.done, found.told) == (
        "ask_papers", LinkOutcome.ANSWER, ((B, "ask_papers"),)
    )  # fmt: skip
    assert found.link.candidates[0].code == B
    assert "xin giấy thử" in found.said
    assert found.ms >= 0


def test_asking_for_the_situation_is_answering_about_the_procedure() -> None:
    found = tried("giấy tờ", meant("ask_papers", A))
    assert "Tờ khai" not in found.said
    assert (found.done, found.told) == (LinkOutcome.ANSWER, ((A, "ask_papers"),))


def test_a_life_event_is_told_by_its_id() -> None:
    assert tried("nhà có chuyện", meant("ask_overview", "co-chuyen")).told == (
        ("co-chuyen", "ask_overview"),
    )


def test_several_are_asked_about() -> None:
    found = tried("giấy", meant("ask_fee", A, B))
    assert (found.done, found.told) == (LinkOutcome.ASK, ())


@pytest.mark.parametrize("intent", ["greet", "out_of_scope", "emergency", "office_hours"])
def test_anything_else_that_is_said_shows_no_procedure(intent: str) -> None:
    found = tried("x", meant(intent))
    assert (found.done, found.told) == (LinkOutcome.DECLINE, ())
    assert found.said


def test_a_procedure_found_in_what_is_off_topic_is_judged_by_what_is_shown() -> None:
    unlikely = meant("out_of_scope", A)
    assert tried("x", unlikely).done is LinkOutcome.DECLINE
    assert unlikely.link.outcome is LinkOutcome.ANSWER


def test_a_command_is_not_understood_and_yet_answered() -> None:
    found = tried("/help", meant("ask_fee", A))
    assert (found.intent, found.done, found.ms) == ("", LinkOutcome.DECLINE, 0)


def test_the_code_of_a_dossier_asks_how_it_stands() -> None:
    found = tried("mã H57.101-260901-0042", meant("ask_fee", A))
    assert (found.intent, found.done, found.ms) == ("dossier_status", LinkOutcome.DECLINE, 0)


def test_a_message_is_masked_and_cleaned_first() -> None:
    heard: list[str] = []
    tried(" số 001099012345\x00 ", meant("greet"), heard)
    assert len(heard) == 1
    assert "001099012345" not in heard[0]
    assert "\x00" not in heard[0]


def test_what_a_cry_for_help_was_understood_as_is_told_too() -> None:
    found = tried("cháy nhà rồi, cứu với", meant("greet", A))
    assert found.intent == EMERGENCY
    assert found.link.candidates[0].code == A
    assert (found.done, found.told) == (LinkOutcome.DECLINE, ())
