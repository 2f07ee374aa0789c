"""What a message asks, once what it refuses is taken out and its questions are told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from actions.state import Aspect, Kind, State
from actions.understanding import SURE_INTENT, Understanding
from bot import clauses, matters
from bot.clauses import Refusal
from bot.listening import ASPECTS, NAMES_LITTLE
from knowledge_base.retrieval.link import Link, LinkOutcome, sureness

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
_SURELY = 2.5  # the sureness from which on a part is about what the whole does not speak of
_PARTS = 4  # of a message are understood at most
_OPEN = frozenset({LinkOutcome.NONE, LinkOutcome.DECLINE})


@dataclass(frozen=True, slots=True)
class Heard:
    """A message: what is to be answered, and what ``then``; ``left`` is what it asks besides,
    ``refused`` are codes of what it says is not meant."""

    first: Understanding
    then: Understanding | None = None
    left: tuple[Understanding, ...] = ()
    refused: frozenset[str] = frozenset()


def hear(text: str, understand: Understand, state: State) -> Heard:
    """What ``text`` asks.

    Args:
        text: a message, masked and cleaned.
        understand: what a text means taken as one whole.
        state: the conversation so far.
    """
    if state.procedure and (named := clauses.named_aspect(text)):
        return Heard(_about_the_same(text, named))
    text = _untied(text, understand) if state.procedure else text
    refusal = clauses.refusal(text)
    if refusal is not None:
        return _refusing(text, refusal, understand, state)
    whole = understand(text)
    parts = _parts(clauses.questions(text), whole, understand)
    if len(parts) > 1:
        return _in_turn(whole, *parts) or Heard(whole)
    if (two := clauses.for_two(text)) and (asked := _of_two(*map(understand, two))):
        return Heard(replace(asked, text=text))
    if whole.intent == "angry":
        return Heard(_asked_angrily(text, understand) or whole)
    return Heard(whole)


def _about_the_same(text: str, asked: str) -> Understanding:
    """A message that names what is asked for and no matter: what is talked of is meant."""
    return Understanding(text, f"ask_{asked}", 1.0, Link(LinkOutcome.NONE))


def _untied(text: str, understand: Understand) -> str:
    """``text`` without the word that ties it to what is talked of ("the bao nhieu tien" is heard as
    a card, "thẻ", too), where the rest of it names no matter."""
    if not (rest := clauses.tied(text)):
        return text
    heard = understand(rest)
    return rest if _asks(heard) and heard.link.outcome in _OPEN else text


def _of_two(one: Understanding, other: Understanding) -> Understanding | None:
    """Two matters told in one message, of which it is to be asked which comes first; None where
    they are not two."""
    both = (one, other)
    if any(part.intent != "ask_overview" or part.link.outcome in _OPEN for part in both):
        return None
    if one.link.candidates[0].code in {candidate.code for candidate in other.link.asked}:
        return None
    near = [part.link.asked[: 1 if part.link.outcome is LinkOutcome.ANSWER else 2] for part in both]
    return replace(one, link=Link(LinkOutcome.ASK, near[0] + near[1]))


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


def _parts(
    texts: Sequence[str], whole: Understanding, understand: Understand
) -> list[Understanding]:
    """The parts that ask; what asks nothing after all belongs to the one behind it."""
    found: list[Understanding] = []
    before = ""
    for text in texts[:_PARTS]:
        heard = _part(f"{before}{text}", whole, understand)
        if found and clauses.asks_too(text):
            heard = _asking_too(heard, found[0])
        if not _asks(heard):
            before += f"{text}, "
            continue
        found.append(heard)
        before = ""
    return found


def _part(text: str, whole: Understanding, understand: Understand) -> Understanding:
    """A part of a message that asks about procedures. It is short, so what it asks may have been
    heard with doubt; then its own plain words decide ("nộp chỗ nào", "mấy bữa có")."""
    heard, said = understand(text), clauses.plainly_asked(text)
    clear = _asks(heard) and heard.confidence >= _CLEAR
    if said is None or clear or whole.intent not in ASPECTS:
        return heard
    return replace(heard, intent=f"ask_{said}", confidence=1.0)


def _asking_too(part: Understanding, first: Understanding) -> Understanding:
    """ "Còn căn cước?" after a question: the same of what it names, if it names anything."""
    link = part.link
    if link.outcome is LinkOutcome.NONE and matters.is_named(part.text, link.candidates):
        link = Link(LinkOutcome.ASK, link.candidates)
    about = replace(part, link=link)
    return replace(about, intent=first.intent, confidence=1.0) if _names(about) else part


def _in_turn(whole: Understanding, first: Understanding, *others: Understanding) -> Heard | None:
    """The questions of a message; None where they are one: the parts must say clearly what they
    ask, and not the same."""
    more = [
        part
        for part in others
        if part.intent != first.intent or _is_about_another(part, first.link)
    ]
    if not more:
        return None
    first = replace(first, link=_named(first.link, more[0].link, whole.link))
    if first.link.outcome is LinkOutcome.ANSWER:
        more = [replace(part, link=_of_second(part, whole.link)) for part in more]
    return Heard(replace(first, text=whole.text), more[0], tuple(more[1:]))


def _of_second(part: Understanding, whole: Link) -> Link:
    """What the second question is about. One that names little is about what the first is about,
    unless the whole message speaks of what it names too; of what the whole does not speak it must
    be sure."""
    own = part.link
    if own.outcome in _OPEN or own.candidates[0].code in {c.code for c in whole.candidates}:
        return own
    if not _names(part):
        return Link(LinkOutcome.NONE)
    first, second = (*(c.score for c in own.candidates), 0.0)[:2]
    surely = sureness(first, second) >= _SURELY
    return own if surely else Link(LinkOutcome.ASK, own.candidates)


def _named(own: Link, next_: Link, whole: Link) -> Link:
    """What the first question is about: the procedure may be named in the second question, or
    clearly by both together."""
    if own.outcome in _OPEN:
        return next((link for link in (next_, whole) if link.outcome is LinkOutcome.ANSWER), own)
    if own.outcome is LinkOutcome.ANSWER:
        return own
    near = {candidate.code for candidate in own.asked}
    clearer = (link for link in (next_, whole) if link.outcome is LinkOutcome.ANSWER)
    return next((link for link in clearer if link.candidates[0].code in near), own)


def _is_about_another(part: Understanding, first: Link) -> bool:
    """Whether a part names something else than what the first is clearly about."""
    if first.outcome is not LinkOutcome.ANSWER or not _names(part):
        return False
    return first.candidates[0].code not in {candidate.code for candidate in part.link.asked}


def _names(part: Understanding) -> bool:
    """Whether a part names something, or so little that what was spoken of before it is meant."""
    link = part.link
    if link.outcome in _OPEN:
        return False
    return link.candidates[0].score >= 2 * NAMES_LITTLE or matters.is_named(
        part.text, link.candidates
    )


def _asks(part: Understanding) -> bool:
    aspect = ASPECTS.get(part.intent)
    return aspect not in (None, Aspect.OVERVIEW) and part.confidence >= SURE_INTENT


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
    if refusal.refused and (named := clauses.named_aspect(refusal.kept)):
        return Heard(_about_the_same(text, named))
    kept = understand(refusal.kept)
    most = frozenset(c.code for c in denied.candidates[:1])
    if refusal.refused and (kept.link.outcome in _OPEN or len(refusal.kept.split()) == 1):
        # "Không phải cấp mới căn cước mà đổi": what it is about was said with what is not meant.
        kept = replace(kept, link=understand(text).link)
        refused = most
    elif refusal.refused and kept.link.outcome is LinkOutcome.ANSWER:
        # "Không phải cấp lại mà là cấp đổi": near what is not meant, and named all the same.
        refused -= {kept.link.candidates[0].code} - most
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
