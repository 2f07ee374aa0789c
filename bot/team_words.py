"""What the team reads about a ticket, in its group or wherever else its messages are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from actions.replies import Choice, Forwarded, Reply
from bot.messages import Helper
from bot.privacy import MAX_LENGTH
from bot.store.messages import Entry
from bot.tickets import Refusal, Status, Ticket
from bot.times import VIETNAM
from knowledge_base.phrases import Phrases
from knowledge_base.units import Units

MOST_CHARACTERS = 3500  # of a transcript; what is older is left out
START = "/start"  # what pages and programs send by themselves to begin
_LABEL = "#phieu{}"
_LABELLED = re.compile(r"#phieu(\d{1,18})\b")


def number_of(text: str) -> int | None:
    """The number of the ticket that a message of ours to the team is about."""
    match = _LABELLED.match(text)
    return int(match[1]) if match else None


@dataclass(frozen=True, slots=True)
class TeamWords:
    """Builds the team's messages out of ``wording/team.yaml``. Those about a ticket begin with its
    label, by which :func:`number_of` knows them again."""

    say: Phrases
    units: Units

    def opened(self, ticket: Ticket, now: datetime) -> Reply:
        """A ticket waits for somebody."""
        return self._card(ticket, self.say(f"team.opened_{ticket.kind}"), now)

    def reminded(self, ticket: Ticket, now: datetime) -> Reply:
        """It has waited for long, for somebody to take it or for words of who did."""
        if ticket.helper is None:
            return self._card(ticket, self.say("team.still_open"), now)
        since = ticket.waiting_since or now
        text = self.say("team.still_silent", ten=ticket.helper.name, cho=self._lasted(since, now))
        return self._about(ticket, text, "claim", "release", "close", "transcript")

    def claimed(self, ticket: Ticket, helper: Helper) -> Reply:
        """Somebody has taken it."""
        text = self.say("team.claimed", ten=helper.name)
        return self._about(ticket, text, "release", "close", "transcript")

    def released(self, ticket: Ticket, helper: Helper) -> Reply:
        """Somebody has given it back."""
        text = self.say("team.released", ten=helper.name)
        return self._about(ticket, text, "claim", "transcript")

    def closed(self, ticket: Ticket, helper: Helper) -> Reply:
        """Somebody is done with it."""
        return self._about(ticket, self.say("team.closed", ten=helper.name))

    def left(self, helper: Helper, tickets: Sequence[Ticket]) -> Reply:
        """Somebody has left the team; their tickets wait again."""
        numbers = ", ".join(_LABEL.format(ticket.number) for ticket in tickets)
        choices = tuple(
            Choice(f"claim.{t.number}", self.say("team.button_claim_number", so=t.number))
            for t in tickets
        )
        return Reply(self.say("team.left", ten=helper.name, phieu=numbers), choices=choices)

    def event(self, ticket: Ticket, key: str) -> Reply:
        """What the citizen did (``ended``, ``erased``, ``blocked``), or what became of the team's
        words to them (``undelivered``) or of the whole ticket (``forgotten``)."""
        return self._about(ticket, self.say(f"team.{key}"))

    def relayed(self, ticket: Ticket, text: str) -> Reply:
        """What the citizen says."""
        return self._about(ticket, self.say("team.relayed", loi=text))

    def refused(self, why: Refusal, helper: Helper, ticket: Ticket | None) -> Reply:
        """Why that cannot be."""
        holder = ticket.helper.name if ticket and ticket.helper else ""
        text = self.say(f"team.refused_{why}", ten=helper.name, ai=holder)
        return self._about(ticket, text) if ticket else Reply(text)

    def not_words(self, ticket: Ticket) -> Reply:
        """A helper sent something that cannot be passed on."""
        return self._about(ticket, self.say("team.not_words"))

    def too_long(self, ticket: Ticket) -> Reply:
        """A helper wrote more than one message holds; none of it was passed on."""
        return self._about(ticket, self.say("team.too_long", so=MAX_LENGTH))

    def transcript(self, ticket: Ticket, entries: Iterable[Entry]) -> Reply:
        """What was said so far, the newest at the end; the oldest is left out where it is long."""
        lines = [f"{self.speaker(who)}: {text}" for _, who, text in spoken(entries)]
        kept: list[str] = []
        room = MOST_CHARACTERS
        for line in reversed(lines):
            room -= len(line) + 1
            if room < 0:
                break
            kept.insert(0, line)
        if not kept:
            return self._about(ticket, self.say("team.transcript_gone"))
        head = self.say("team.transcript" if len(kept) == len(lines) else "team.transcript_cut")
        return self._about(ticket, "\n".join([head, *kept]))

    def shown(self, ticket: Ticket, handle: str) -> Reply:
        """A photograph that goes with a ticket."""
        about = self._about(ticket, self.say("team.photo"))
        return replace(about, attachment=Forwarded(handle))

    def speaker(self, who: str) -> str:
        """What a speaker of :func:`spoken` is called."""
        return who if who not in ("citizen", "machine") else self.say(f"team.speaker_{who}")

    def place(self, ticket: Ticket) -> str:
        """Where the citizen lives, as far as that is known."""
        unit = self.units.by_code(ticket.unit or "")
        return self.units.said(unit) if unit else self.say("team.place_unknown")

    def _card(self, ticket: Ticket, head: str, now: datetime) -> Reply:
        known = f"team.reason_{ticket.reason}" in self.say
        reason = self.say(f"team.reason_{ticket.reason}") if known else ticket.reason
        lines = [
            head,
            self.say("team.card_reason", vi=reason),
            self.say("team.card_place", noi=self.place(ticket)),
            self.say("team.card_summary", viec=ticket.summary) if ticket.summary else "",
            self.say("team.card_waits", cho=self._lasted(ticket.opened_at, now)),
        ]
        shown = ("claim", "transcript") if ticket.status is Status.OPEN else ("transcript",)
        return self._about(ticket, "\n".join(filter(None, lines)), *shown)

    def _about(self, ticket: Ticket, text: str, *verbs: str) -> Reply:
        choices = (
            Choice(f"{verb}.{ticket.number}", self.say(f"team.button_{verb}")) for verb in verbs
        )
        return Reply(f"{_LABEL.format(ticket.number)} {text}", choices=tuple(choices))

    def _lasted(self, since: datetime, now: datetime) -> str:
        minutes = max(0, int((now - since).total_seconds() // 60))
        if minutes < 1:
            return self.say("team.just_now")
        if minutes < 120:
            return self.say("team.minutes", so=minutes)
        at = since.astimezone(VIETNAM)
        return self.say("team.since", gio=f"{at:%H:%M}", ngay=f"{at.day}/{at.month}")


def spoken(entries: Iterable[Entry]) -> Iterable[tuple[datetime, str, str]]:
    """Who said what and when: ``citizen``, ``machine``, or the name of a person. A pressed button
    is said by its words."""
    labels: dict[str, str] = {}
    for entry in entries:
        if entry.reply is not None:
            reply = entry.reply.reply
            labels.update((choice.id, choice.label) for choice in reply.choices)
            yield entry.at, reply.by or "machine", reply.text
        elif entry.incoming is not None and entry.incoming.ticket is None:
            said = entry.incoming
            text = said.text if said.choice is None else labels.get(said.choice)
            if text and text != START:
                yield entry.at, "citizen", text
