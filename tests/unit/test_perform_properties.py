"""Any texts, any understandings, any presses over many turns: never an exception, always a reply
within the limits, and a state that survives being stored."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions import menu
from actions.perform import World
from actions.state import State
from actions.understanding import Understanding
from bot.conversation import Conversation
from bot.messages import Incoming, TurnResult
from bot.understanding.resources import intent_examples
from knowledge_base import loader, phrases
from knowledge_base.life_events import LifeEvent
from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from tests.samples import PHONE

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = (
    "1", "số hai", "cái cuối cùng", "/start", "/help", "/xoa_du_lieu", "/la", "[mã OTP]", "bác",
    "gọi tôi là cô", "Xoá hết", "Không xoá", "Việc khác", "{ong_ba}", "xã Tân Lập", "Hà Nội",
    "\x00", "\ud800", "", "cách cài vneid", "nộp hồ sơ trên mạng", "xong rồi", "bỏ qua", "sửa",
    "quay lại 3 bước", "quay lại bước 1", "dừng", "làm tiếp",
)  # fmt: skip


@cache
def real() -> World:
    return World(loader.load(), phrases.load(), menu.load(), PHONE)


@cache
def codes() -> tuple[str, ...]:
    found = real().knowledge
    curated = (p.code for p in found.curated)
    events = (event.id for event in found.events)
    return ("9.999999", *curated, *events, *(p.code for p in found.catalogue[::97]))


INTENTS = [*intent_examples(), "nlu_fallback", "unreadable", "never_heard_of"]
SCORES = st.floats(0, 1)


@st.composite
def understandings(draw: st.DrawFn) -> Understanding:
    outcome = draw(st.sampled_from(LinkOutcome))
    least = 0 if outcome in (LinkOutcome.NONE, LinkOutcome.DECLINE) else 1
    found = draw(st.lists(st.sampled_from(codes()), min_size=least, max_size=5, unique=True))
    scores = sorted(draw(st.tuples(*[SCORES] * len(found))), reverse=True)
    candidates = tuple(Candidate(c, c, s) for c, s in zip(found, scores, strict=True))
    return Understanding(
        "", draw(st.sampled_from(INTENTS)), draw(SCORES), Link(outcome, candidates)
    )


TEXTS = st.one_of(
    st.sampled_from(WORDS), st.text(st.characters(exclude_categories=()), max_size=80)
)
STEPS = st.one_of(
    st.tuples(st.just("say"), TEXTS, understandings()),
    st.tuples(st.just("press"), st.integers(0, 59), st.none()),
    st.tuples(st.just("press_id"), st.text(max_size=8), st.none()),
)


def turn(
    document: dict[str, Any] | None,
    text: str | None,
    choice: str | None,
    heard: Understanding | None = None,
) -> TurnResult:
    understood = heard or Understanding("", "nlu_fallback", 0.0, Link(LinkOutcome.NONE))
    talk = Conversation(lambda _: understood, real())
    result = talk(Incoming("test", "t", "1", text, choice), document, NOW)
    check(result)
    return result


def check(result: TurnResult) -> None:
    stored = json.loads(json.dumps(result.state))
    restored = State.restore(stored)
    assert restored is not None
    assert restored.model_dump(mode="json", exclude_defaults=True) | {"version": 1} == stored
    assert len(result.events) == 1
    assert result.replies
    ids = [c.id for reply in result.replies for c in reply.choices if c.url is None]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {offer.id for offer in restored.offers}
    for reply in result.replies:
        bullets = sum(line.startswith("• ") for line in reply.text.splitlines())
        assert reply.text.strip()
        assert len(reply.text) <= 300 or bullets == 1, reply.text
        assert sum(c.url is None for c in reply.choices) <= 5
        assert unicodedata.is_normalized("NFC", reply.text)
    if result.events[0].startswith("answered."):
        assert result.replies[-1].source


@settings(deadline=None, max_examples=200)
@given(st.lists(STEPS, min_size=1, max_size=12))
def test_no_conversation_ever_breaks(steps: list[tuple[str, Any, Any]]) -> None:
    document: dict[str, Any] | None = None
    for kind, what, heard in steps:
        state = State.restore(document) or State()
        if kind == "press" and state.offers:
            offer = state.offers[what % len(state.offers)]
            result = turn(document, None, offer.id)
            assert result.events != ("stale",)
        elif kind == "say":
            result = turn(document, what, None, heard)
        else:
            result = turn(document, None, str(what))
        document = json.loads(json.dumps(result.state))
    for offer in (State.restore(document) or State()).latest_offers():
        assert turn(document, None, offer.id).events != ("stale",)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["version", "turn", "offers", "trail", "case", "x"]),
        st.one_of(st.none(), st.integers(), st.text(max_size=4), st.lists(st.integers())),
    )
)
def test_a_state_that_cannot_be_read_starts_a_new_conversation(document: dict[str, Any]) -> None:
    result = turn(document, "/start", None)
    assert result.events == ("home",)


def test_every_button_of_the_menu_leads_on_and_all_curated_procedures_are_reached() -> None:
    """Breadth first through the menu: topics, their pages, every procedure, event, guide once."""
    first = turn(None, "/start", None)
    todo = [(first.state, o.id, o.label) for o in _offers(first)]
    reached: list[str] = []
    listed: list[str] = []
    begun: list[str] = []
    pressed = 0
    while todo:
        document, choice, label = todo.pop()
        pressed += 1
        result = turn(document, None, choice)
        state = State.restore(result.state)
        assert state is not None
        if result.events == ("answered.overview",):
            assert state.procedure is not None
            reached.append(state.procedure)
            assert label in result.replies[-1].text or result.replies[-1].source
        elif result.events == ("life_event",):
            assert state.procedure is not None
            listed.append(state.procedure)
        elif result.events == ("guide.begun",):
            begun.append(state.guides[0].guide)
        else:
            assert result.events[0] in ("home", "topic"), label
            todo += [(result.state, o.id, o.label) for o in _offers(result)]
    assert pressed > len(reached)
    assert len(reached) == len(set(reached))
    assert set(reached) == {p.code for p in real().knowledge.curated}
    # Guides that carry out a procedure are offered by its answers instead.
    assert len(begun) == len(set(begun))
    assert {g.id for g in real().knowledge.guides if not g.procedures} <= set(begun)
    assert sorted(listed) == sorted(event.id for event in real().knowledge.events)


@pytest.mark.parametrize("event", loader.load().events, ids=lambda event: event.id)
def test_everything_a_life_event_lists_leads_to_its_procedure(event: LifeEvent) -> None:
    found = Link(LinkOutcome.ANSWER, (Candidate(event.id, event.title, 0.9),))
    first = turn(None, "x", None, Understanding("", "ask_overview", 0.9, found))
    todo = [(first.state, o.id) for o in _offers(first)]
    reached: set[str] = set()
    while todo:
        document, choice = todo.pop()
        result = turn(document, None, choice)
        if result.events == ("life_event",):  # a page further, or the question that decides
            assert result.replies[-1].source
            todo += [(result.state, o.id) for o in _offers(result)]
            continue
        state = State.restore(result.state)
        assert result.events == ("answered.overview",)
        assert state is not None and state.procedure is not None
        reached.add(state.procedure)
    assert reached == {code for step in event.steps for code in step.codes}


def _offers(result: TurnResult) -> tuple[Any, ...]:
    state = State.restore(result.state)
    assert state is not None
    return state.latest_offers()
