"""Numbers for Prometheus: requests, latencies, open lines, messages, events, memory."""

from __future__ import annotations

import math
from collections import Counter as Counted
from collections.abc import Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from bot.store.counts import Counts
from bot.store.tickets import TicketCounts

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1.0, 2.5, 5.0, 10.0, 20.0)


class Metrics:
    """The counters of one application, in a registry of their own; no person is in them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests",
            "Requests answered, by route pattern and status",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "http_request_seconds",
            "Seconds until the answer was sent, by route pattern (streams left out)",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.refused = Counter(
            "http_refused",
            "Requests refused at the door, by reason",
            ("reason",),
            registry=self.registry,
        )
        self.streams = Gauge(
            "web_streams_open", "Open lines of the web chat", registry=self.registry
        )
        self._pending = Gauge(
            "messages_pending", "Messages not answered yet", registry=self.registry
        )
        self._oldest = Gauge(
            "messages_oldest_pending_seconds",
            "Age of the oldest message not answered yet",
            registry=self.registry,
        )
        self._parked = Gauge("messages_parked", "Messages given up on", registry=self.registry)
        self._undelivered = Gauge(
            "replies_undelivered", "Replies not delivered yet", registry=self.registry
        )
        self._unsent = Gauge(
            "replies_oldest_undelivered_seconds",
            "Age of the oldest reply not delivered yet",
            registry=self.registry,
        )
        self._outcomes = _Outcomes(self.registry)
        self.events_taken = _events_taken(self.registry)
        self._guessing = _Guessing(self.registry)
        self._tickets = _Tickets(self.registry)
        self._ratings = _Ratings(self.registry)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def render(self, counts: Counts | None, tickets: TicketCounts | None = None) -> bytes:
        """The text of ``/metrics``; ``counts`` as the database has them now, None when it is away
        (its numbers then read NaN rather than something outdated)."""
        unknown = math.nan
        self._pending.set(counts.pending if counts else unknown)
        self._oldest.set(counts.oldest_pending_seconds if counts else unknown)
        self._parked.set(counts.parked if counts else unknown)
        self._undelivered.set(counts.undelivered if counts else unknown)
        self._tickets.set(tickets)
        self._unsent.set(counts.oldest_undelivered_seconds if counts else unknown)
        if counts:
            self._outcomes.set(counts.events)
            self._ratings.set(counts.ratings)
            self._guessing.set(counts.guessing)
        return generate_latest(self.registry)


class _Outcomes:
    """Named outcomes, those of understanding and of sending apart."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Gauge(
            "assistant_events",
            "Named outcomes of turns since the first day",
            ("name",),
            registry=registry,
        )
        self._understood = Gauge(
            "assistant_understood",
            "Typed messages since the first day, by what retrieval made of them",
            ("outcome",),
            registry=registry,
        )
        self._failed = Gauge(
            "replies_failed",
            "Attempts to send that failed and replies dropped since the first day",
            ("channel", "what"),
            registry=registry,
        )

    def set(self, events: Mapping[str, int]) -> None:
        for name, count in events.items():
            match name.split("."):
                case ["understood", outcome]:
                    self._understood.labels(outcome).set(count)
                case ["reply", channel, what]:
                    self._failed.labels(channel, what).set(count)
                case _:
                    self._events.labels(name).set(count)


def _events_taken(registry: CollectorRegistry) -> Counter:
    what = "What systems told of dossiers by themselves, by what became of it"
    return Counter("dossier_events", what, ("source", "result"), registry=registry)


class _Guessing:
    """Who tries dossier codes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Gauge(
            "dossier_guessing",
            "Conversations and network addresses beyond a limit of wrong dossier codes",
            ("who", "level"),
            registry=registry,
        )

    def set(self, counted: Mapping[tuple[str, str], int]) -> None:
        for (who, level), count in counted.items():
            self._count.labels(who, level).set(count)


class _Tickets:
    """What waits for people."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Gauge(
            "tickets", "Tickets that are not closed, by status", ("status",), registry=registry
        )
        self._oldest = Gauge(
            "tickets_oldest_open_seconds",
            "Age of the oldest ticket that nobody has taken",
            registry=registry,
        )

    def set(self, tickets: TicketCounts | None) -> None:
        self._count.labels("open").set(tickets.open if tickets else math.nan)
        self._count.labels("claimed").set(tickets.claimed if tickets else math.nan)
        self._oldest.set(tickets.oldest_open_seconds if tickets else math.nan)


class _Ratings:
    """How content citizens are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._asked = Gauge(
            "assistant_ratings_asked",
            "How often citizens were asked how content they are, since the first day",
            registry=registry,
        )
        self._scores = Gauge(
            "assistant_ratings",
            "Answers to that, by score from 1 to 5, since the first day",
            ("score",),
            registry=registry,
        )
        self._reasons = Gauge(
            "assistant_rating_reasons",
            "Reasons of those not content, since the first day",
            ("reason",),
            registry=registry,
        )

    def set(self, ratings: Mapping[tuple[int, str], int]) -> None:
        self._asked.set(ratings.get((0, ""), 0))
        reasons: Counted[str] = Counted()
        for (score, reason), count in ratings.items():
            if reason:
                reasons[reason] += count
            elif score:
                self._scores.labels(score).set(count)
        for reason, count in reasons.items():
            self._reasons.labels(reason).set(count)
