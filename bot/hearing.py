"""What a message asks, once what it refuses is taken out and its questions are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from actions.state import Aspect, Kind, State
from actions.understanding import SURE_INTENT, Understanding
from bot import clauses
from bot.clauses import Refusal
from bot.listening import ASPECTS, NAMES_LITTLE
from knowledge_base.retrieval.link import Link, LinkOutcome

Understand = Callable[[str], Understanding]
REFUSED = "correct"  # the intent of "không phải cái đó"
_ORDERS = frozenset(
    {"back", "stop", "home", "restart", "human", "repeat", "help", "erase_data", "shorter",
     "read_aloud", "thank", "goodbye", "greet", "ask_bot"}
)  # fmt: skip
_SHORT = 4  # words of an order at most; what is longer tells something
_CALL = 8  # of a call for a person, or a question about what was spoken of
_LONG = 16  # of a question
_CLEAR = 0.6  # from it on what a part asks is believed whatever its words say
_OPEN = frozenset({LinkOutcome.NONE, LinkOutcome.DECLINE})


@dataclass(frozen=True, slots=True)
class Heard:
    """A message: what is to be answered, and what ``then``; ``refused`` are codes of what it says
    is not meant."""

    first: Understanding
    then: Understanding | None = None
    refused: frozenset[str] = frozenset()


def hear(text: str, understand: Understand, state: State) -> Heard:
    """What ``text`` asks.

    Args:
        text: a message, masked and cleaned.
        understand: what a text means taken as one whole.
        state: the conversation so far.
    """
    refusal = clauses.refusal(text)
    if refusal is not None:
        return _refusing(text, refusal, understand, state)
    whole = understand(text)
    parts = clauses.questions(text)
    if parts:
        first, then = (_part(part, whole, understand) for part in parts[:2])
        return _in_turn(whole, first, then) or Heard(whole)
    if whole.intent == "angry":
        return Heard(_asked_angrily(text, understand) or whole)
    return Heard(whole)


def is_request(heard: Understanding) -> bool:
    """Whether a text that may be words to be taken down is a question or a command instead."""
    words = len(heard.text.split())
    if heard.confidence < SURE_INTENT:
        return False
    if heard.intent in _ORDERS:
        return words <= (_CALL if heard.intent == "human" else _SHORT)
    asked = heard.intent in ASPECTS or heard.intent in ("office_hours", "dossier_status")
    if heard.link.outcome is LinkOutcome.NONE:
        return asked and words <= _CALL and clauses.asks(heard.text)
    named = heard.link.outcome is LinkOutcome.ANSWER
    return asked and named and words <= _LONG and clauses.asks(heard.text)


def _part(text: str, whole: Understanding, understand: Understand) -> Understanding:
    """A part of a message that asks about procedures. It is short, so what it asks may have been
    heard with doubt; then its own plain words decide ("nộp chỗ nào", "mấy bữa có")."""
    heard, said = understand(text), clauses.plainly_asked(text)
    clear = _asks(heard) and heard.confidence >= _CLEAR
    if said is None or clear or whole.intent not in ASPECTS:
        return heard
    return replace(heard, intent=f"ask_{said}", confidence=1.0)


def _in_turn(whole: Understanding, first: Understanding, then: Understanding) -> Heard | None:
    """The two questions of a message; None where they are one: the parts must say clearly what
    they ask, and not the same."""
    if not (_asks(first) and _asks(then)):
        return None
    if first.intent == then.intent and not _is_about_another(then, first.link):
        return None
    first = replace(first, link=_named(first.link, then.link, whole.link))
    if first.link.outcome is LinkOutcome.ANSWER and _names_little(then):
        then = replace(then, link=Link(LinkOutcome.NONE))
    return Heard(replace(first, text=whole.text), then)


def _named(own: Link, next_: Link, whole: Link) -> Link:
    """What the first question is about: the procedure may be named in the second question, or
    clearly by both together."""
    if own.outcome in _OPEN:
        return next((link for link in (next_, whole) if link.outcome is LinkOutcome.ANSWER), own)
    clearer = own.outcome is LinkOutcome.ASK and whole.outcome is LinkOutcome.ANSWER
    return whole if clearer and whole.candidates[0].code in {c.code for c in own.asked} else own


def _is_about_another(part: Understanding, first: Link) -> bool:
    """Whether a part names something else than what the first is clearly about."""
    if first.outcome is not LinkOutcome.ANSWER or part.link.outcome in _OPEN:
        return False
    return not _names_little(part) and first.candidates[0].code not in {
        candidate.code for candidate in part.link.asked
    }


def _asks(part: Understanding) -> bool:
    aspect = ASPECTS.get(part.intent)
    return aspect not in (None, Aspect.OVERVIEW) and part.confidence >= SURE_INTENT


def _names_little(part: Understanding) -> bool:
    """Whether a part names so little that what was spoken of before it is meant."""
    link = part.link
    return link.outcome not in _OPEN and link.candidates[0].score < 2 * NAMES_LITTLE


def _asked_angrily(text: str, understand: Understand) -> Understanding | None:
    """The question of a message that scolds as well."""
    question = clauses.last_question(text)
    if not question or question == text:
        return None
    heard = understand(question)
    named = heard.link.outcome in (LinkOutcome.ANSWER, LinkOutcome.ASK)
    return heard if _asks(heard) and named else None


def _refusing(text: str, refusal: Refusal, understand: Understand, state: State) -> Heard:
    """A message that says what is not meant, and perhaps what is."""
    denied = understand(refusal.refused).link if refusal.refused else Link(LinkOutcome.NONE)
    if refusal.refused:
        refused = frozenset(c.code for c in denied.asked if denied.outcome not in _OPEN)
    else:
        refused = _shown(state)
    if not refusal.kept:
        if not refused or not _shown(state):
            return Heard(understand(text))
        return Heard(Understanding(text, REFUSED, 1.0, Link(LinkOutcome.NONE)), refused=refused)
    kept = understand(refusal.kept)
    if refusal.refused and (kept.link.outcome in _OPEN or len(refusal.kept.split()) == 1):
        # "Không phải cấp mới căn cước mà đổi": what it is about was said with what is not meant.
        kept = replace(kept, link=understand(text).link)
        refused = frozenset(c.code for c in denied.candidates[:1])
    return Heard(replace(kept, text=text, link=_without(refused, kept.link)), refused=refused)


def _shown(state: State) -> frozenset[str]:
    """What was answered or asked about last."""
    current = state.current
    if current is not None and current.kind is Kind.ASK_WHICH:
        return frozenset(current.codes)
    return frozenset({state.procedure} if state.procedure else ())


def _without(refused: frozenset[str], link: Link) -> Link:
    """The link without what is not meant; another candidate is asked about, not answered."""
    left = tuple(c for c in link.candidates if c.code not in refused)
    if not link.candidates or link.candidates[0] in left:
        return Link(link.outcome, left)
    asking = left and left[0].score >= NAMES_LITTLE / 2
    return Link(LinkOutcome.ASK if asking else LinkOutcome.DECLINE, left)
