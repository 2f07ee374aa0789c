"""Being told of a dossier without asking: consent, the list, giving it up, and what is said when
something was heard. Pure: what is kept stands in ``bot/store/subscriptions.py``.

News and reminders come in at the door as choices that nobody pressed, like every reminder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from actions import dossier as screen
from actions.perform import World, perform, reply
from actions.reminders import Reminder, fit
from actions.state import Action, Button, Kind, Message, Outcome, State
from actions.telling import Telling, home
from actions.watched import Do, Watched, Wish, find
from knowledge_base.dossiers.dossier import Dossier, read_mark
from knowledge_base.dossiers.due import after_working, next_working, working_before
from knowledge_base.dossiers.states import states
from knowledge_base.opening import Calendar

MOST = 10  # dossiers of one conversation
LASTS = timedelta(days=180)
_BEFORE_END = timedelta(hours=12)  # of that it is said that it ends
_ROWS = 3  # of the list on a page
_MARK = "hoso"  # no button's id begins so: those are numbers
_MORNING = time(8)
_SPREAD = 7200  # seconds over which the reminders of one morning come


class News(StrEnum):
    """What comes in by itself."""

    CHANGE = "tin"  # another state or promised day; goes with the dossier's mark
    SOON = "sap"  # the promised day is the next working day; goes with that day
    LATE = "tre"  # it has gone by; the same
    EXPIRED = "het"  # it was promised to be given up now


def choice_of(news: News, code: str, about: str = "") -> str:
    """The choice as which news comes in."""
    return f"{_MARK}/{news.value}/{code}/{about}"


@dataclass(frozen=True, slots=True)
class _Here:
    """What holds for one turn; ``mine``: what the citizen is told of."""

    state: State
    world: World
    now: datetime
    mine: Sequence[Watched]
    first: Sequence[str] = ()

    @property
    def tell(self) -> Telling:
        return self.world.telling(self.state, self.now)

    @property
    def calendar(self) -> Calendar:
        return self.world.places.holidays.calendar

    def said(self, text: str, buttons: Iterable[Button], event: str, *wishes: Wish) -> Outcome:
        """The outcome that says one thing."""
        messages = [*map(Message, self.first), Message(text, buttons=tuple(buttons))]
        return replace(reply(self.state, messages, f"watching.{event}"), watching=wishes)

    def at(self, action: Action) -> _Here:
        """The same with this step of the dialogue."""
        return replace(self, state=self.state.at(action))


def act(
    action: Action, state: State, world: World, now: datetime, *, first: Sequence[str] = ()
) -> Outcome:
    """What follows when a citizen wants to be told, or no longer, or to see of what they are."""
    here = _Here(state, world, now, world.watching or (), first)
    tell = here.tell
    if world.watching is None:
        return here.said(tell.say("watching.cannot", tell.address), (home(tell.say),), "cannot")
    match action.phrase:
        case Do.ASK:
            return _asked(action, here)
        case Do.START:
            return _started(action, replace(here, state=_answered(state)))
        case Do.DECLINE:
            said = tell.say("watching.declined", tell.address)
            return replace(here, state=_answered(state)).said(said, (home(tell.say),), "declined")
        case Do.STOP:
            return _stopped(action, here)
        case Do.STOP_ALL:
            said = tell.say("watching.stopped_all" if here.mine else "watching.none", tell.address)
            wishes = (Wish(one.code) for one in here.mine)
            return here.said(said, (home(tell.say),), "stopped", *wishes)
        case _:
            return _listed(action, here)


def news(choice: str, state: State, world: World, now: datetime) -> Outcome | None:
    """What is said when something was heard of a dossier or its day comes; None where a choice is
    something else. Says nothing where it is no longer wanted, or something newer is on its way."""
    mark, *rest = choice.split("/", 3)
    if mark != _MARK or len(rest) != len(("kind", "code", "about")):
        return None
    kind, code, about = News(rest[0]), rest[1], rest[2]
    here = _Here(state, world, now, world.watching or ())
    tell, void = here.tell, Outcome(state, (), ("watching.void",))
    mine = find(here.mine, code)
    if mine is None:
        return void
    if kind is News.EXPIRED:
        said = tell.say("watching.expired", tell.address, ma=code)
        return here.said(said, (_look_up(tell), home(tell.say)), "expired", Wish(mine.code))
    if world.finding is None:
        return Outcome(state, (), (), lookup=mine.code)
    known = world.finding.dossier
    lead = _lead(kind, about, known, mine, here) if known else None
    if known is None or lead is None:
        return void
    shown = Action(kind=Kind.DOSSIER, code=world.finding.code)
    said_of_it = screen.show(shown, world.finding, world, tell, lead=lead)
    outcome = reply(state, said_of_it, f"watching.{kind.value}")
    if known.state in states().ends:
        return replace(outcome, watching=(Wish(mine.code),))
    if kind is News.CHANGE:
        return replace(outcome, reminders=reminders(known, now, here.calendar))
    return replace(outcome, watching=(Wish(mine.code, reminded=f"{kind.value}|{about}"),))


def _lead(kind: News, about: str, known: Dossier, mine: Watched, here: _Here) -> str | None:
    """Why it is told; None where it is not to be told any more."""
    tell, ended = here.tell, known.state in states().ends
    if kind is News.CHANGE:
        if known.mark != about:
            return None
        if ended:
            return tell.say("watching.news_end", tell.address)
        same = mine.before and read_mark(mine.before)[0] is known.state
        return tell.say("watching.news_day" if same else "watching.news", tell.address)
    standing = screen.stands(known, here.calendar, tell.now.date())
    if standing is None or known.due is None or known.due.isoformat() != about:
        return None
    if mine.reminded == f"{kind.value}|{about}":
        return None
    if bool(standing.late) is not (kind is News.LATE):
        return None
    return tell.say("watching.overdue" if standing.late else "watching.soon", tell.address)


def reminders(known: Dossier, now: datetime, calendar: Calendar) -> tuple[Reminder, ...]:
    """Those of a dossier's promised day: the working day before it, and the one after."""
    if known.due is None:
        return ()
    about, day = known.due.isoformat(), next_working(known.due, calendar)
    digits = hashlib.sha256(known.code.encode()).hexdigest()[:6]
    later = timedelta(seconds=int(digits, 16) % _SPREAD)
    found = (
        (News.SOON, working_before(day, calendar)),
        (News.LATE, after_working(day, 1, calendar)),
    )
    return tuple(
        Reminder(choice_of(kind, known.code, about), fit(moment))
        for kind, on in found
        if (moment := datetime.combine(on, _MORNING, now.tzinfo) + later) > now
    )


def _asked(action: Action, here: _Here) -> Outcome:
    code, tell = action.code or "", here.tell
    if find(here.mine, code):
        said = tell.say("watching.already", tell.address, ma=code)
        return here.said(said, (_stop(code, tell), _list(tell), home(tell.say)), "already")
    if len(here.mine) >= MOST:
        said = tell.say("watching.full", tell.address, so=MOST)
        return here.said(said, (_list(tell), home(tell.say)), "full")
    buttons = (
        Button(tell.say("watching.button_yes"), _do(Do.START, code)),
        Button(tell.say("watching.button_no"), _do(Do.DECLINE, code)),
    )
    return here.at(action).said(consent(tell), buttons, "asked")


def consent(tell: Telling) -> str:
    """The sentence that is agreed to."""
    until = (tell.now + LASTS).date()
    return tell.say("watching.consent", tell.address, ngay=f"{until:%d/%m/%Y}")


def _started(action: Action, here: _Here) -> Outcome:
    code, finding, tell = action.code or "", here.world.finding, here.tell
    if find(here.mine, code) or len(here.mine) >= MOST:
        return _asked(action, here)
    if finding is None or finding.code != code:
        return Outcome(here.state, (), (), lookup=code)
    known = finding.dossier
    if known is None or known.state in states().ends:  # nothing is left to be waited for
        showing = Action(kind=Kind.DOSSIER, code=code)
        return perform(showing, here.state, here.world, here.now, first=here.first)
    until = here.now + LASTS
    wish = Wish(code, known.mark, consent(tell), until, finding.source)
    expired = Reminder(choice_of(News.EXPIRED, code), fit(until - _BEFORE_END))
    said = tell.say("watching.started", tell.address, ma=code)
    if here.world.keeps is not None:  # news that nobody looked at is forgotten like all else
        said = f"{said} {tell.say('watching.keeps', tell.address, so=here.world.keeps)}"
    outcome = here.said(said, (_list(tell), home(tell.say)), "started", wish)
    days = reminders(known, here.now, here.calendar)
    replies = tuple(replace(one, promises=True) for one in outcome.replies)
    return replace(outcome, replies=replies, reminders=(*days, expired))


def _stopped(action: Action, here: _Here) -> Outcome:
    tell, mine = here.tell, here.mine
    found = find(mine, action.code) if action.code else None
    if found is None and not action.code and len(mine) == 1:
        found = mine[0]
    if found is None:
        return _listed(action, here)
    said = tell.say("watching.stopped", tell.address, ma=found.code)
    others = (_list(tell),) if len(mine) > 1 else ()
    return here.said(said, (*others, home(tell.say)), "stopped", Wish(found.code))


def _listed(action: Action, here: _Here) -> Outcome:
    """The dossiers, a few on a page: to look at, or with ``Do.STOP`` to be given up."""
    tell, mine = here.tell, here.mine
    if not mine:
        said = tell.say("watching.none", tell.address)
        return here.said(said, (_look_up(tell), home(tell.say)), "list")
    begin = action.page * _ROWS if action.page * _ROWS < len(mine) else 0
    rows, stopping = mine[begin : begin + _ROWS], action.phrase == Do.STOP
    heading = tell.say("watching.list", tell.address, so=len(mine))
    if stopping:
        heading = tell.say("watching.which", tell.address)
    buttons = [Button(one.code, _do(Do.STOP, one.code) if stopping else _show(one)) for one in rows]
    if begin + _ROWS < len(mine):
        onward = action.model_copy(update={"page": action.page + 1, "code": None})
        buttons.append(Button(tell.say("watching.button_more"), onward))
    buttons.append(Button(tell.say("watching.button_stop_all"), _do(Do.STOP_ALL)))
    if len(buttons) <= _ROWS:
        buttons.append(home(tell.say))
    return here.at(action).said("\n".join((heading, *_lines(rows, tell))), buttons, "list")


def _lines(rows: Iterable[Watched], tell: Telling) -> Iterator[str]:
    for one in rows:
        state, day = read_mark(one.told)
        name = states().names[state]
        if day is None:
            yield tell.say("watching.row", ma=one.code, trang_thai=name)
        else:
            on = f"{day:%d/%m/%Y}"
            yield tell.say("watching.row_due", ma=one.code, trang_thai=name, ngay=on)


def _answered(state: State) -> State:
    """The state in which consent is no longer asked for."""
    current = state.current
    if current is None or current.kind is not Kind.WATCH or current.phrase != Do.ASK:
        return state
    return state.model_copy(update={"trail": state.trail[:-1]})


def _do(phrase: Do, code: str | None = None) -> Action:
    return Action(kind=Kind.WATCH, phrase=phrase.value, code=code)


def _show(one: Watched) -> Action:
    return Action(kind=Kind.DOSSIER, code=one.code)


def _list(tell: Telling) -> Button:
    return Button(tell.say("watching.button_list"), _do(Do.LIST))


def _stop(code: str, tell: Telling) -> Button:
    return Button(tell.say("watching.button_stop"), _do(Do.STOP, code))


def _look_up(tell: Telling) -> Button:
    return Button(tell.say("watching.button_look_up"), Action(kind=Kind.ASK_CODE))
