"""One turn: load state, understand, act, leave the new state and the replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, reduce
from typing import Any

from actions import address, aloud, asking, crowd, danger, office, people, place, watching
from actions.following import followed
from actions.perform import World, perform, reply, say
from actions.replies import Reply
from actions.state import Action, Kind, Outcome, State
from actions.survey import surveyed
from actions.tickets import ForTeam, TicketRequest
from actions.understanding import Understanding
from bot import (
    besides,
    checking,
    coded,
    coming_back,
    commands,
    guide_asking,
    guiding,
    handover,
    hearing,
    helping_words,
    listening,
    photographed,
    reading,
    resuming,
    second,
    unheard,
    watching_words,
    writing,
)
from bot.messages import Incoming, TurnResult
from bot.noticing import noted
from bot.privacy import OTP, PASSWORD
from knowledge_base.danger import ALONE, Alarm

Understand = Callable[[str], Understanding]
_ASKED_ADDRESS = Action(kind=Kind.SAY, phrase="address_ask")
_ALARMED = "said.emergency"


class Conversation:
    """The turn handler: a pure function of (state, message, knowledge), kept with its world."""

    def __init__(self, understand: Understand, world: World) -> None:
        self._understand = understand
        self._world = world

    def __call__(
        self, incoming: Incoming, state: dict[str, Any] | None, now: datetime, /
    ) -> TurnResult:
        """See :class:`bot.messages.TurnHandler`."""
        known = State.restore(state)
        before = known or State()
        world = replace(
            self._world,
            finding=incoming.finding,
            watching=incoming.watching,
            lasting=incoming.is_lasting,
        )
        if world.team is not None:
            world = replace(world, team=replace(world.team, standing=incoming.standing))
        if incoming.is_reminder and handover.is_silent(world.team):
            return TurnResult(state or {}, (), reminders=(handover.later(incoming, now),))
        if incoming.is_reminder and (due := coming_back.due(incoming, before, world, now)):
            return due
        first: tuple[str, ...] = ()
        if known is None:
            first = (self._world.say("talk.intro", before.address),)
        elif resuming.revoked(incoming, before):
            before = crowd.ended(before)
            first = (self._world.say("help.revoked", before.address),)
        first += photographed.beside(incoming, before, now.date(), world.say)
        heard, cries = list[hearing.Heard](), list[Understanding]()
        understand = cache(self._understand)  # rules of one turn ask for the same words again
        turn = _Turn(understand, world, now, first, heard, cries)
        outcome = second.settled(turn.take(incoming, before), before, world, now)
        if outcome.lookup is not None:
            return TurnResult(state or {}, (), lookup=outcome.lookup, checked=outcome.checked)
        outcome = surveyed(before, writing.left(incoming, before, outcome), self._world, now)
        after, misses = noted(before, outcome, heard[-1] if heard else None, now.date())
        understood = [*cries, *(said.first for said in heard)]
        return TurnResult(
            coming_back.document(after),
            aloud.voiced(self._signed(outcome, now), after),
            outcome.events,
            erase=outcome.erase,
            misses=misses,
            tickets=self._complete(outcome),
            ratings=outcome.ratings,
            reminders=outcome.reminders,
            team=outcome.team,
            heard=understood[-1] if understood else None,
            watching=outcome.watching,
        )

    def _signed(self, outcome: Outcome, now: datetime) -> tuple[Reply, ...]:
        """The replies; to a helper, the line under the last one says whose matter it is."""
        tell = self._world.telling(outcome.state, now)
        who = crowd.who(outcome.state, tell)
        if who is None or not outcome.replies:
            return outcome.replies
        *others, last = outcome.replies
        return (*others, replace(last, source=f"{who} {last.source or ''}".rstrip()))

    def _complete(self, outcome: Outcome) -> tuple[TicketRequest, ...]:
        unit, address = self._world.places.of(outcome.state), outcome.state.address
        return tuple(replace(one, unit=unit, address=address) for one in outcome.tickets)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What holds for one turn; ``first`` are sentences said before the answer, ``heard`` is filled
    with what the message was understood as, ``cries`` where it cries for help."""

    understand: Understand
    world: World
    now: datetime
    first: tuple[str, ...]
    heard: list[hearing.Heard]
    cries: list[Understanding]

    def take(self, incoming: Incoming, state: State) -> Outcome:
        if incoming.opens is not None:
            entered = resuming.enter(incoming, state, self.world)
            turn = replace(self, first=(*self.first, *entered.first))
            outcome = turn._do(entered.action, entered.state)
            return replace(outcome, events=(entered.event,))
        if incoming.ticket is not None:
            return handover.of_team(incoming, state, self.world, self.now)
        if handover.is_silent(self.world.team):
            return self._to_person(incoming, state)
        return self._to_machine(incoming, state)

    def _to_machine(self, incoming: Incoming, state: State) -> Outcome:
        if incoming.choice is not None:
            handed = resuming.handed(incoming.choice, state, self.first, self.world, self.now)
            if handed is not None:
                return handed
            state = crowd.turned_to_owner(state, incoming.choice)
            action = listening.pressed(incoming.choice, state)
            return self._chosen(action, state) if action else self._again("stale", state)
        state = writing.pictured(incoming, state, self.world.team)
        text = writing.read(incoming, state) or listening.UNREADABLE
        read = reading.said(text)  # before alarms: "dừng đọc" without its marks may be poison
        alarm = self.world.alarms.hear(text) if read is None else None
        if alarm is not None and listening.chosen(text, state) is None:
            return self._alarmed(alarm, text, state)
        if OTP in text or PASSWORD in text:
            return self._do(Action(kind=Kind.SAY, phrase="secret"), state)
        if (seen := photographed.said(incoming, state, self.now.date())) is not None:
            return self._chosen(seen, state)
        called = address.answered(text) if state.current == _ASKED_ADDRESS else None
        if called is not None:
            return self._called(called, state)
        action = read or commands.said(text, state, self.world.places)
        action = writing.said(text, state, action or listening.chosen(text, state))
        if action is None and (left := self._left_word(text, state)) is not None:
            return left
        if action is None:
            tell = self.world.telling(state, self.now)
            action = helping_words.said(text, state, incoming.team)
            action = action or checking.said(text, state, self.world.knowledge, tell)
            action = action or guiding.said(text, state, self.world.knowledge, tell)
            action = action or checking.asks_for_this(text, state)
            action = action or watching_words.said(text, state)
        if action is not None:
            return self._chosen(action, state)
        if (looked := coded.said(text, state, self.now.date())) is not None:
            return self._chosen(looked, state)
        if listening.chosen_in_vain(text, state):
            return self._again("no_such_row", state)
        return self._placed(text, state) or self._answer(text, state)

    def _left_word(self, text: str, state: State) -> Outcome | None:
        """What follows when the citizen leaves a word for people who are away."""
        told = people.answered(text, state.current, self.world.team)
        if told is None:
            return None
        said = self._do(told, state)
        return said if told.phrase else replace(said, team=ForTeam(relayed=text))

    def _to_person(self, incoming: Incoming, state: State) -> Outcome:
        """A person talks to the citizen: the machine passes words on. It says whom to call in
        danger, that secrets are nobody's, and does what it is asked to do itself."""
        action = handover.done_by_machine(incoming, state, self.world)
        if action is not None:
            return self._do(action, state)
        words = handover.for_person(incoming, state, self.world)
        said = self._kept_watch(words, state)
        if said is not None:
            return replace(said, team=ForTeam(relayed=words))
        return handover.passed_on(words, state, self.world, self.now)

    def _kept_watch(self, words: str, state: State) -> Outcome | None:
        """What must be said though the machine is silent."""
        alarm = self.world.alarms.hear(words)
        if alarm is None:
            heard = hearing.hear(words[: writing.MOST_CHARACTERS], self.understand, state).first
            alarm = listening.fears(heard, self.world.alarms)
            if alarm is None and handover.wants_erasure(heard):
                return self._do(listening.ERASING, state)
        if alarm is not None:
            return self._call(alarm, state)
        if OTP in words or PASSWORD in words:
            return self._do(Action(kind=Kind.SAY, phrase="secret"), state)
        return None

    def _answer(self, text: str, state: State) -> Outcome:
        said = hearing.hear(checking.heard_as(text), self.understand, state)
        heard = said.first
        self.heard.append(said)
        if (meant := self._meant(text, heard, state)) is not None:
            return meant
        if listening.names_home(heard):
            return self._home(text, state)
        state = address.notice(text, state)
        state = place.stated(text, state, self.world.places)
        if heard.intent == "shorter":
            return self._shorter(state)
        if heard.intent == "unreadable":
            return self._do(Action(kind=Kind.SAY, phrase="unreadable"), state)
        state = _without(said.refused, state)
        decided = listening.decide(heard, state)
        decided = guide_asking.suggested(text, decided, heard, state, self.world.knowledge)
        if unheard.names_place(text, heard.link, decided, state, self.world.places):
            return self._home(text, state)
        if decided.action.kind is Kind.HOURS and decided.event is None:
            asked = office.asked(text, state, self.world.places, self.now)
            decided = replace(decided, action=asked)
        decided = unheard.reheard(text, decided, state, self.world.places, self.now)
        decided = besides.turned(decided, said, state, self.world.knowledge)
        if checking.asks_for_list(text):
            decided = replace(decided, action=checking.listed(decided.action))
        if listening.is_asked_where(state) and listening.is_unsure(decided, heard):
            return self._placed(text, state, state.current) or self._not_placed(state)
        state = writing.remembered(text, decided.action, state)
        misses = state.misses + 1 if decided.miss else 0
        also = listening.others(decided.action, heard, state)
        state = state.model_copy(
            update={"misses": misses, "also": also, "waiting": None, "left": ()}
        )
        if decided.event == "said.back" and decided.action in state.trail:
            # Going back takes the step away instead of adding one.
            state = state.model_copy(update={"trail": state.trail[:-2]})
        if decided.event == "said.restart":
            fresh = {"procedure": None, "case": None, "brief": False, "trail": ()}
            return self._restarted(decided, state.model_copy(update=fresh))
        if decided.event == "said.correct":
            return self._corrected(decided, state)
        first = besides.before(text, decided.action, said.then, state, self.world.knowledge)
        outcome = self._after_all(first, state)._do(decided.action, state, decided.event)
        if said.then is None or besides.is_fine(said.then, decided.action, self.world.knowledge):
            return outcome
        outcome = second.left(outcome, said.left)
        outcome, behind = second.answer(outcome, decided.action, said.then, state, self._do)
        return followed(outcome, behind, self.world, self.now) if behind else outcome

    def _meant(self, text: str, heard: Understanding, state: State) -> Outcome | None:
        """What comes before any question: danger, a step of a guide, words to be taken down."""
        alarm = listening.fears(heard, self.world.alarms)
        if alarm is not None:
            return self._call(alarm, state)
        tell = self.world.telling(state, self.now)
        if (move := guiding.meant(heard, state, self.world.knowledge, tell)) is not None:
            return self._chosen(move, state)
        if (down := writing.taken_down(text, heard, state, self.world, self.now)) is not None:
            return down
        if heard.intent != "set_address":
            return None
        if address.asks_for_number(text):
            return self._do(Action(kind=Kind.PERSON, phrase=people.NUMBER), state)
        return self._set_address(text, state)

    def _restarted(self, decided: listening.Heard, state: State) -> Outcome:
        return self._after("restart", state)._do(decided.action, state, decided.event)

    def _corrected(self, decided: listening.Heard, state: State) -> Outcome:
        """What else was near, after a word that this was not it."""
        return self._after("not_that", state)._do(decided.action, state, decided.event)

    def _chosen(self, action: Action, state: State) -> Outcome:
        if action == asking.NOT_THIS and (near := listening.corrected(state)).event:
            return self._corrected(near, state.model_copy(update={"misses": 0, "also": ()}))
        also = listening.others(action, None, state)
        return self._do(action, state.model_copy(update={"misses": 0, "also": also}))

    def _alarmed(self, alarm: Alarm, text: str, state: State) -> Outcome:
        """Whom to call; then what is asked about papers, but not to who would rather be dead, nor
        how to do what a swindler wants."""
        said = self._call(alarm, state)
        if alarm.kind in ALONE:
            return said
        heard = self.understand(text)
        self.cries.append(heard)
        if not listening.asks_about_papers(heard):
            return said
        asked = listening.decide(heard, said.state)
        return followed(said, asked.action, self.world, self.now)

    def _call(self, alarm: Alarm, state: State) -> Outcome:
        """Nothing is said before it."""
        calm = state.model_copy(update={"misses": 0})
        return replace(self, first=())._do(danger.alarmed(alarm), calm, _ALARMED)

    def _placed(self, text: str, state: State, asked: Action | None = None) -> Outcome | None:
        """What follows when the text names a place: all of it after a question where the citizen
        lives or after the hours of another place, some of it with ``asked``."""
        question = state.current if listening.is_asked_where(state) else asked
        if question is None and not listening.may_ask_elsewhere(text, state):
            return None
        found = self.world.places.find(text, state)
        if asked is None and not found.whole:
            return None
        if question is None:
            action = office.elsewhere(state.current, found)
        else:
            action = place.answered(found, question, self.world.places)
        return self._do(action, state.model_copy(update={"misses": 0})) if action else None

    def _home(self, text: str, state: State) -> Outcome:
        """What follows when the citizen says where they live, whether or not the place is known."""
        asking = Action(kind=Kind.ASK_UNIT)
        placed = self._placed(text, state, asking)
        if placed is None and listening.is_asked_where(state):
            return self._not_placed(state)
        return placed or self._do(asking, state)

    def _not_placed(self, state: State) -> Outcome:
        """The answer to "ở xã nào?" is no place: asked once more, then done without."""
        assert state.current is not None
        again = place.unanswered(state.current)
        if again is not None:
            return self._do(again, state)
        onward = state.current.resumed(anywhere=True) or Action(kind=Kind.HOME)
        key = "given_up" if state.current.then else "given_up_alone"
        said = self.world.say(f"place.{key}", state.address)
        return replace(self, first=(*self.first, said))._do(onward, state)

    def _shorter(self, state: State) -> Outcome:
        brief = state.model_copy(update={"brief": True, "misses": 0})
        if state.current is None:
            return self._do(Action(kind=Kind.SAY, phrase="shorter"), brief)
        # From the first page: the pages of a shorter list are cut elsewhere.
        again = state.current.model_copy(update={"page": 0})
        return self._after("shorter", state)._do(again, brief, "said.shorter")

    def _do(self, action: Action, state: State, event: str | None = None) -> Outcome:
        if action.kind is Kind.ERASE:
            said = say("erased", state, self.world)
            return reply(State(turn=state.turn), [said], "erased", erase=True)
        if action.kind is Kind.ALOUD:
            return aloud.act(action, state, self.world, self.now, first=self.first)
        if action.kind is Kind.WATCH:
            return watching.act(action, state, self.world, self.now, first=self.first)
        return perform(action, state, self.world, self.now, first=self.first, event=event)

    def _after(self, phrase: str, state: State, **values: object) -> _Turn:
        """The same turn after one more sentence of ``wording/talk.yaml``."""
        said = self.world.say(f"talk.{phrase}", state.address, **values)
        return replace(self, first=(*self.first, said))

    def _after_all(self, phrases: tuple[str, ...], state: State) -> _Turn:
        """The same turn after several."""
        return reduce(lambda turn, phrase: turn._after(phrase, state), phrases, self)

    def _again(self, why: str, state: State) -> Outcome:
        """What is on the screen once more, after a sentence that says why."""
        return self._after(why, state)._do(state.current or Action(kind=Kind.HOME), state, why)

    def _set_address(self, text: str, state: State) -> Outcome:
        asked = address.asked_for(text)
        if asked is None:
            return self._do(_ASKED_ADDRESS, state)
        return self._called(asked, state)

    def _called(self, asked: str, state: State) -> Outcome:
        state = state.model_copy(update={"address": asked})
        turn = self._after("address_set", state, goi=asked)
        if state.current == _ASKED_ADDRESS:
            state = state.model_copy(update={"trail": state.trail[:-1]})
        return turn._do(state.current or Action(kind=Kind.HOME), state, "address")


def _without(refused: frozenset[str], state: State) -> State:
    """The state in which nothing that was refused is offered instead."""
    if not refused:
        return state
    current = state.current
    near = current.codes if current and current.kind is Kind.ASK_WHICH else state.also
    return state.model_copy(update={"also": tuple(code for code in near if code not in refused)})
