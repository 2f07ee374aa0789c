"""Guides: what each move leads to, and how a guide is offered where something else is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from actions import guide_screen, pages, progress, reminding
from actions.composing import Guides
from actions.guide_screen import here, opening
from actions.progress import Answer, Find, Progress, Standing
from actions.state import Action, Aspect, Button, Kind, Message, Move, Shown, State
from actions.telling import Telling, home, human
from knowledge_base.guides import SKIP, Trouble
from knowledge_base.loader import Knowledge
from knowledge_base.schema import Procedure

_KEPT = 5  # guides under way at the same time
_FRESH = timedelta(days=1)  # so long a step is offered again under every answer
_ANSWERS = 3  # a page of the review, beside the rows that turn it and go on
# Why a step is shown once more (``phrase``): what was said chose no row; how to go on was asked.
CHOOSE, HELP = "choose", "help"
_ASKED_HOW = frozenset({Aspect.HOW, Aspect.LINK})


def act(action: Action, state: State, knowledge: Knowledge, tell: Telling) -> Shown | None:
    """Do an action of kind GUIDE; None where its guide is no longer there."""
    return _Moves(state, knowledge, tell).do(action)


def is_on_screen(state: State) -> bool:
    """Whether a step of a guide is what the citizen looks at."""
    current = state.current
    return current is not None and current.kind is Kind.GUIDE and current.move is Move.HERE


def newest(state: State, find: Find) -> Standing | None:
    """Where the citizen is in the guide that was shown last, which may be over."""
    return progress.stand(state.guides[0], find) if state.guides else None


def kept(state: State, find: Find) -> Iterator[Standing]:
    """The guides that can be gone on with, the newest first."""
    for under_way in state.guides:
        stand = progress.stand(under_way, find)
        if stand and not stand.is_over:
            yield stand


def running(state: State, find: Find) -> Standing | None:
    """The newest guide that was not put aside."""
    return next((s for s in kept(state, find) if not s.progress.paused), None)


def fresh(state: State, knowledge: Knowledge, tell: Telling) -> Standing | None:
    """The same where it was shown since yesterday."""
    find = Guides(knowledge, tell)
    stand = running(state, find)
    day = stand.progress.day if stand else None
    return stand if day and tell.now.date() - day <= _FRESH else None


def without(state: State, guide: str | None) -> State:
    """The state without a guide that is no longer there; None: without the newest."""
    lost = guide or next((p.guide for p in state.guides), None)
    steps = tuple(a for a in state.trail if a.kind is not Kind.GUIDE or a.guide != lost)
    guides = tuple(p for p in state.guides if p.guide != lost)
    return state.model_copy(update={"guides": guides, "trail": steps})


def beside(
    message: Message, action: Action, procedure: Procedure, knowledge: Knowledge, tell: Telling
) -> Message:
    """The answer what it is, how or where to apply with a button to the guide that does it, if
    there is one; any answer with one to the guide that the action names."""
    named = knowledge.guide(action.guide or "")
    guide = named or knowledge.guide_for(procedure)
    wanted = named is not None or action.aspect in _ASKED_HOW | {Aspect.OVERVIEW}
    if guide is None or not wanted or action.page:
        return message
    if named is not None:
        button = guide_screen.guide_button(named)
    else:
        button = Button(tell.say("guide.button_guide"), opening(guide.id, procedure.code))
    if action.aspect is Aspect.OVERVIEW:  # the last of what is asked next makes room for it
        asked = [b for b in message.buttons if b.action.kind is Kind.SHOW][-1:]
        kept = [b for b in message.buttons if b not in asked]
        return replace(message, buttons=(*kept, button))
    turning = [b for b in message.buttons if b.action.page]
    others = [b for b in message.buttons if not b.action.page]
    return replace(message, buttons=(*turning, button, *others)[: pages.PAGE])


def offered(
    message: Message, action: Action, state: State, knowledge: Knowledge, tell: Telling
) -> tuple[Message, ...]:
    """A message that is no guide's, with the way back to the one under way: a button; before the
    menu, whose rows fill it, a sentence. A question that fills all rows is answered first."""
    if message.urgent:
        return (message,)
    if action.kind is Kind.HOME:
        stand = next(kept(state, Guides(knowledge, tell)), None)
    else:
        stand = fresh(state, knowledge, tell)
    if stand is None:
        return (message,)
    button = guide_screen.resuming(stand, tell)
    if len(message.buttons) < pages.PAGE:
        return (replace(message, buttons=(*message.buttons, button)),)
    if action.kind is Kind.SHOW and not message.buttons[-1].action.page:
        return (replace(message, buttons=(*message.buttons[:-1], button)),)
    if action.kind is Kind.HOME:
        return Message(guide_screen.place(stand, "waiting", tell)), message
    return (message,)


class _Moves:
    """The moves within the guides of one conversation."""

    def __init__(self, state: State, knowledge: Knowledge, tell: Telling) -> None:
        self._state = state
        self._knowledge = knowledge
        self._find = Guides(knowledge, tell)
        self._tell = tell
        self._news: str | None = None  # what became of the guide's file since it was shown

    def do(self, action: Action) -> Shown | None:
        """See :func:`act`."""
        match action.move:
            case Move.OPEN:
                return self._open(action)
            case Move.RESTART:
                return self._begin(action)
            case Move.GO:
                return self._go(action)
            case Move.HERE if action.guide is None:
                return self._newest()
            case Move.REMIND | Move.NO_REMINDER:
                return self._remind(action)
        stand = self._of(action.guide)
        if stand is None:
            return None
        moves: dict[Move | None, Callable[[Action, Standing], Shown | None]] = {
            Move.ASK: self._ask,
            Move.SKIP: self._skip,
            Move.BACK: self._back,
            Move.BACK_TO: self._back,
            Move.STOP: self._stop,
            Move.TROUBLE: self._trouble,
            Move.REVIEW: self._review,
        }
        return moves.get(action.move, self._again)(action, stand)

    def _again(self, action: Action, stand: Standing) -> Shown | None:
        if action.phrase is None:
            return self._show(stand.progress, "guide.here")
        said = self._tell.say(f"guide.{action.phrase}", self._tell.address)
        return self._show(stand.progress, f"guide.{action.phrase}", first=(said,))

    def _of(self, guide: str | None) -> Standing | None:
        """Where the citizen is in a guide that was begun; None names the newest."""
        stored = next((p for p in self._state.guides if guide in (None, p.guide)), None)
        stand = progress.stand(stored, self._find) if stored else None
        if stored and stand and stand.progress.at != stored.at:
            self._news = "moved"
        elif stored and stand and stand.guide.edition != stored.edition:
            self._news = "edited"
        return stand

    def _open(self, action: Action) -> Shown | None:
        again = self._of(action.guide)
        if again is None or again.is_over or not again.progress.trail:
            return self._begin(action)
        restart = action.model_copy(update={"move": Move.RESTART})
        label = self._tell.say("guide.button_restart")
        buttons = (guide_screen.resuming(again, self._tell), Button(label, restart))
        text = guide_screen.place(again, "kept", self._tell)
        return Shown(self._state.at(action), (Message(text, buttons=buttons),), "guide.kept")

    def _begin(self, action: Action) -> Shown | None:
        guide = self._find(action.guide or "")
        if guide is None:
            return None
        code = action.code
        if talked := code or next(iter(guide.procedures), None):
            self._state = self._state.model_copy(update={"procedure": talked})
        self._news = None
        shown = self._show(progress.begin(guide, code), "guide.begun")
        return reminding.pending(shown, guide.id, self._tell) if shown else None

    def _newest(self) -> Shown | None:
        found = [*kept(self._state, self._find)]
        if not found:
            text = self._tell.say("guide.nothing_kept", self._tell.address)
            return Shown(
                self._state, (Message(text, buttons=(home(self._tell.say),)),), "guide.none"
            )
        first, screen = found[0].progress, self._state.current
        just_paused = screen and screen.kind is Kind.GUIDE and screen.move is Move.STOP
        if len(found) == 1 or not first.paused or just_paused:
            stand = self._of(first.guide)
            return self._show(stand.progress, "guide.here") if stand else None
        buttons = tuple(
            Button(self._tell.say("guide.button_kept", ten=s.guide.title), here(s.progress.guide))
            for s in found
        )
        text = self._tell.say("guide.which", self._tell.address)
        return Shown(self._state, (Message(text, buttons=buttons),), "guide.which")

    def _go(self, action: Action) -> Shown | None:
        stand = self._of(action.guide)
        if stand is None:
            return self._begin(action)
        guide, _, screen = (action.screen or "").partition("/")
        choice, now = action.choice or "", stand.progress
        if guide_screen.name_of(stand) == action.screen:
            after = progress.take(now, choice, self._find)
            return self._show(after or now, "guide.step", came_from=stand)
        place = progress.place_of(now, guide, screen)
        if place is None or now.trail[place].choice == choice:
            return self._show(now, "guide.here")  # too old a button, or pressed twice
        if self._only_read(guide, choice):
            at = replace(now.trail[place].at, screen=choice)
            return self._look(replace(now, at=at), now)
        changed = progress.changed(now, place, choice, self._find)
        return self._show(changed or now, "guide.changed")

    def _only_read(self, guide: str, screen: str) -> bool:
        """Whether it is a trouble that leads nowhere but back."""
        found = self._find(guide)
        trouble = found.screen(screen) if found else None
        return isinstance(trouble, Trouble) and not trouble.choices

    def _ask(self, action: Action, stand: Standing) -> Shown | None:
        """An answered question again; its answer stands until another is given."""
        guide, _, screen = (action.screen or "").partition("/")
        place = progress.place_of(stand.progress, guide, screen)
        if place is None:
            return self._show(stand.progress, "guide.here")
        at = stand.progress.trail[place].at
        return self._look(replace(stand.progress, at=at), stand.progress)

    def _look(self, at: Progress, now: Progress) -> Shown | None:
        """Another screen, while the citizen stays where they are."""
        stand = progress.stand(at, self._find)
        if stand is None or stand.progress.at != at.at:
            return self._show(now, "guide.here")
        message = guide_screen.message(stand, self._knowledge, self._find, self._tell)
        return Shown(self._state, (message,), "guide.ask")

    def _trouble(self, action: Action, stand: Standing) -> Shown | None:
        """What goes wrong at another step, while the citizen stays at theirs; at theirs, its row.
        Where it was not said which, those that may be meant."""
        of, _, name = (action.screen or "").partition("/")
        found, now = self._find(of), stand.progress
        if found is None:
            return self._show(now, "guide.here")
        here = progress.take(now, name, self._find) if found.id == stand.guide.id else None
        if here is not None:
            return self._show(here, "guide.step", came_from=stand)
        names = (name,) if name else self._knowledge.guide_signs.troubles_of(of)
        rows = [t for t in map(found.screen, names) if isinstance(t, Trouble)][: pages.PAGE - 1]
        back = guide_screen.resuming(stand, self._tell)
        if name and rows:
            at = Standing(now, found, rows[0], found.step(name) or stand.step)
            message = guide_screen.aside(at, self._knowledge, self._tell)
            buttons = [back, human(self._tell.say)]
        else:
            message = Message(self._tell.say("guide.which_trouble", self._tell.address))
            named = ((t.label, {"screen": f"{of}/{t.id}"}) for t in rows)
            buttons = [Button(label, action.model_copy(update=one)) for label, one in named]
            buttons.append(back)
        shown = replace(message, buttons=tuple(buttons))
        return Shown(self._state.at(action), (shown,), "guide.trouble")

    def _skip(self, _: Action, stand: Standing) -> Shown | None:
        skipped = progress.take(stand.progress, SKIP, self._find)
        if skipped is not None:
            return self._show(skipped, "guide.step", came_from=stand)
        said = self._tell.say("guide.no_skip", self._tell.address)
        return self._show(stand.progress, "guide.no_skip", first=(said,))

    def _back(self, action: Action, stand: Standing) -> Shown | None:
        now, wanted = stand.progress, action.step or 1
        if action.move is Move.BACK_TO:
            wanted = progress.distance(stand, wanted, self._find)
        wanted = min(wanted, len(now.trail))
        gone = progress.back(now, self._find, wanted) if wanted else None
        return self._show(gone or now, "guide.back" if gone else "guide.here")

    def _stop(self, _: Action, stand: Standing) -> Shown | None:
        paused = replace(stand.progress, paused=True, day=self._tell.now.date())
        stop = Action(kind=Kind.GUIDE, move=Move.STOP, guide=paused.guide)
        state = self._with(paused).at(stop)
        text = guide_screen.place(stand, "paused", self._tell)
        buttons = (guide_screen.resuming(stand, self._tell), home(self._tell.say))
        shown = Shown(state, (Message(text, buttons=buttons),), "guide.paused")
        return reminding.put_aside(shown, stand, self._tell)

    def _remind(self, action: Action) -> Shown | None:
        """Whether the citizen wants to be reminded of the guide named, or of the newest."""
        asked = (
            s for s in kept(self._state, self._find) if action.guide in (None, s.progress.guide)
        )
        stand = next(asked, None)
        if action.move is Move.NO_REMINDER:
            return reminding.refused(self._state, stand, self._tell)
        return reminding.allowed(self._state, stand, self._tell) if stand else self._newest()

    def _review(self, action: Action, stand: Standing) -> Shown | None:
        given = progress.answers(stand.progress, self._find)
        cut = pages.split(given, lambda _: 0, 0, most=_ANSWERS)
        page = min(action.page, len(cut) - 1)
        buttons = [self._answer(stand, answer) for answer in (cut[page] if cut else ())]
        if page + 1 < len(cut):
            onward = action.model_copy(update={"page": page + 1})
            buttons.append(Button(self._tell.more_label(cut, page + 1), onward))
        if not stand.is_over:
            buttons.append(guide_screen.resuming(stand, self._tell))
        key = "review" if given else "review_none"
        text = self._tell.say(f"guide.{key}", self._tell.address)
        return Shown(self._state, (Message(text, buttons=tuple(buttons)),), "guide.review")

    def _answer(self, stand: Standing, answer: Answer) -> Button:
        title, said = answer.step.title, answer.choice.label
        return Button(
            self._tell.say("guide.answer", ten=title, tra_loi=said),
            Action(
                kind=Kind.GUIDE,
                move=Move.ASK,
                guide=stand.progress.guide,
                screen=f"{answer.spot.guide}/{answer.spot.screen}",
            ),
        )

    def _show(
        self,
        now: Progress,
        event: str,
        *,
        came_from: Standing | None = None,
        first: tuple[str, ...] = (),
    ) -> Shown | None:
        """Where the citizen is now; ``first``: sentences before it."""
        stand = progress.stand(now, self._find)
        if stand is None:
            return None
        if came_from is not None:
            first = (*first, *self._between(came_from, stand))
        if self._news:
            first = (self._tell.say(f"guide.{self._news}", self._tell.address), *first)
        today, edition = self._tell.now.date(), stand.guide.edition
        state = self._with(replace(stand.progress, edition=edition, day=today, paused=False))
        if event == "guide.step" and stand.is_over:
            event = "guide.done"
        message = guide_screen.message(stand, self._knowledge, self._find, self._tell)
        messages = (*(Message(text) for text in first), message)
        return Shown(state.at(here(now.guide)), messages, event)

    def _between(self, left: Standing, now: Standing) -> Iterator[str]:
        """What is said on the way into a guide that is called, and back out of it."""
        before, after = len(left.progress.at.callers), len(now.progress.at.callers)
        if after > before:
            yield self._tell.say("guide.call", self._tell.address, ten=now.guide.title)
        elif after < before:
            yield self._tell.say("guide.returned", self._tell.address, ten=now.guide.title)

    def _with(self, now: Progress) -> State:
        """The state with this guide as the newest, without those over or never begun."""
        others = [s.progress for s in kept(self._state, self._find)]
        begun = [p for p in others if p.trail and p.guide != now.guide]
        guides = (now, *begun)[:_KEPT]
        return self._state.model_copy(update={"guides": guides})
