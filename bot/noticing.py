"""Which questions were missed: a look at a turn after it was taken, which changes no answer.

The state remembers the questions of the day whose outcome is still open: what was asked, and what
was answered or asked back. What comes next tells whether that was it.
"""

from __future__ import annotations

from datetime import date

from actions.state import Action, Asked, Kind, Outcome, State
from actions.understanding import FALLBACK, Understanding
from bot.hearing import Heard
from bot.listening import NAMES_LITTLE
from knowledge_base.retrieval.link import LinkOutcome
from knowledge_base.review.book import Miss, MissKind
from knowledge_base.review.personal import scrub, unmasked
from knowledge_base.text import key

MOST_CHARACTERS = 300  # of a question that is kept; an example to learn from is shorter
_LATE = 2  # places before the third
_PENDING = 2  # missed questions that the next answer may belong to
_DECLINED = {
    "declined": MissKind.DECLINED,
    "said.unclear_step": MissKind.DECLINED,
    "said.out_of_scope": MissKind.OUT_OF_SCOPE,
    "said.decline_again": MissKind.OUT_OF_SCOPE,
}
_LED_TO = frozenset({Kind.SHOW, Kind.ASK_CASE, Kind.LIFE_EVENT, Kind.ASK_UNIT})
Noted = tuple[tuple[Asked, ...], tuple[Miss, ...]]


def noted(
    before: State, outcome: Outcome, heard: Heard | None, day: date
) -> tuple[State, tuple[Miss, ...]]:
    """The state after a turn with the questions that are still open, and what was missed.

    Args:
        before: the conversation before the turn.
        outcome: what the turn led to.
        heard: what the message was understood as; None when it was a button or a command.
        day: the day of the turn, in Vietnam.
    """
    if outcome.erase:
        return outcome.state, ()
    open_ = tuple(question for question in before.asked if question.day == day)
    asked, misses = _Look(before, outcome, heard, day, open_).result()
    misses = tuple(miss for miss in misses if key(unmasked(miss.question)))
    return outcome.state.model_copy(update={"asked": asked}), misses


class _Look:
    """One turn looked at; ``asked`` are the questions that were open before it, oldest first."""

    def __init__(
        self,
        before: State,
        outcome: Outcome,
        heard: Heard | None,
        day: date,
        asked: tuple[Asked, ...],
    ) -> None:
        self._before = before
        self._event = outcome.events[0]
        self._done = outcome.state.trail[-len(outcome.events) :]  # two questions: two actions
        self._day = day
        self._asked = asked
        self._denied = heard.refused if heard else frozenset()
        # A message that names nothing ("bao nhiêu tiền") is no question of its own.
        named = heard is not None and heard.first.link.outcome is not LinkOutcome.NONE
        self._heard = heard.first if heard and named else None
        self._names_nothing = heard is not None and not named

    def result(self) -> Noted:
        """The questions that are open now, and what was missed."""
        if self._event == "said.restart":
            return (), ()
        refused: tuple[Miss, ...] = ()
        alone = self._event == "said.correct" or (self._event == "said.decline" and self._asking)
        if alone or self._denied:
            self._asked, refused = self._refused()
        if alone:
            return self._asked, refused
        asked, misses = self._rest()
        return asked, (*refused, *misses)

    def _rest(self) -> Noted:
        """What this turn found, or did not find."""
        if self._heard and self._event in _DECLINED:
            return self._declined(self._heard, _DECLINED[self._event])
        if self._heard and self._event == Kind.ASK_WHICH and self._done:
            return (*self._pending(), self._question(self._heard, *self._done[0].codes)), ()
        code = self._led_to()
        if code is None:
            return self._asked, ()
        if self._heard:
            return self._answered(self._heard, code)
        if self._was_asked_about(code):
            return self._chose(code)
        if self._names_nothing or code == self._before.procedure:
            return self._asked, ()
        return (), self._found(code)  # through the menu

    def _refused(self) -> Noted:
        """ "Không phải cái đó", the button that says so, or "không phải khai sinh, khai tử cơ"."""
        shown = self._asking.codes if self._asking else (self._before.procedure,)
        last = self._asked[-1] if self._asked else None
        if last is None or last.missed or {*last.codes}.isdisjoint(self._denied or shown):
            return self._asked, ()
        kind = MissKind.NONE_OF_THESE if self._asking else MissKind.CORRECTED
        missed = last.model_copy(update={"missed": True})
        return (*self._pending(), missed), (self._miss(last, kind),)

    def _declined(self, heard: Understanding, kind: MissKind) -> Noted:
        """What is off the subject is the citizen's own affair: it is noted when a procedure is
        near after all, or when the citizen insists."""
        first = heard.link.candidates[0].score if heard.link.candidates else 0.0
        if kind is MissKind.OUT_OF_SCOPE and first < NAMES_LITTLE and not self._before.misses:
            return self._asked, ()
        question = self._question(heard).model_copy(update={"missed": True})
        return (*self._pending(), question), (self._miss(question, kind),)

    def _answered(self, heard: Understanding, code: str) -> Noted:
        codes = (action.code for action in self._done)
        question = self._question(heard, *(one for one in dict.fromkeys(codes) if one))
        misses = []
        if heard.intent == FALLBACK:
            misses.append(self._miss(question, MissKind.FALLBACK))
        if heard.link.outcome is not LinkOutcome.ANSWER:  # only what was talked of anyway
            return (*self._pending(), question), tuple(misses)
        return (question,), (*misses, *self._found(code))

    def _chose(self, code: str) -> Noted:
        """One of those that were asked about."""
        assert self._asking is not None
        last = self._asked[-1] if self._asked else None
        if last is None or last.missed or set(last.codes) != set(self._asking.codes):
            return (), self._found(code)
        misses = self._found(code)
        if self._asking.codes.index(code) >= _LATE:
            misses = (self._miss(last, MissKind.LATE_CHOICE, code), *misses)
        return (last.model_copy(update={"codes": (code,)}),), misses

    def _found(self, code: str) -> tuple[Miss, ...]:
        """What was missed before may have meant this."""
        return tuple(
            self._miss(question, MissKind.REPHRASED, code)
            for question in self._pending()
            if code not in question.codes
        )

    def _led_to(self) -> str | None:
        """The procedure or life event that this turn arrived at."""
        arrived = self._event.startswith("answered.") or self._event in _LED_TO
        first = self._done[0] if arrived and self._done else None
        return first.code if first and first.kind in _LED_TO else None

    @property
    def _asking(self) -> Action | None:
        current = self._before.current
        return current if current and current.kind is Kind.ASK_WHICH else None

    def _was_asked_about(self, code: str) -> bool:
        return self._asking is not None and code in self._asking.codes

    def _pending(self) -> tuple[Asked, ...]:
        return tuple(question for question in self._asked if question.missed)[-_PENDING:]

    def _question(self, heard: Understanding, *codes: str) -> Asked:
        words = scrub(heard.text)
        if len(words) > MOST_CHARACTERS:
            words = words[:MOST_CHARACTERS].rpartition(" ")[0]
        return Asked(question=words, codes=codes, day=self._day)

    def _miss(self, question: Asked, kind: MissKind, chosen: str | None = None) -> Miss:
        return Miss(question.question, kind, self._day, question.codes, chosen)
