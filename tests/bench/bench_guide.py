"""How long a step of a guide takes: the state read, the button found, the step shown, the state
written; the database, which bench_mailbox.py measures, is left out.

Run: ``make bench`` or ``PYTHONPATH=. .venv/bin/python tests/bench/bench_guide.py``.
"""

from __future__ import annotations

import json
import statistics
import time
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from actions import menu
from actions.perform import World
from actions.state import Kind, Move, State
from bot.conversation import Conversation
from bot.messages import Incoming
from knowledge_base import loader, phrases
from tests.samples import meant

NOW = datetime.now(UTC)
ROUNDS = 30


def main() -> None:
    """Print one table: every guide walked to its end by first buttons, again and again."""
    world = World(loader.load(), phrases.load(), menu.load(), "")
    talk = Conversation(lambda _: meant("nlu_fallback"), world)
    table = Table("guide", "steps", "p50 ms", "p95 ms", "state at the end, bytes")
    for guide in world.knowledge.guides:
        times: list[float] = []
        for _ in range(ROUNDS):
            document = talk(Incoming("b", "b", "0", guide.title), None, NOW).state
            while True:
                state = State.restore(document)
                assert state is not None
                offers = state.latest_offers()
                on = [o for o in offers if (o.action.kind, o.action.move) == (Kind.GUIDE, Move.GO)]
                if not on:
                    break
                stored = json.dumps(document)
                start = time.perf_counter()
                result = talk(Incoming("b", "b", "1", choice=on[0].id), json.loads(stored), NOW)
                json.dumps(result.state)
                times.append(1000 * (time.perf_counter() - start))
                document = result.state
        cut = statistics.quantiles(times, n=20)
        row = (len(times) // ROUNDS, f"{cut[9]:.2f}", f"{cut[18]:.2f}", len(json.dumps(document)))
        table.add_row(guide.id, *map(str, row))
    Console().print(table)


if __name__ == "__main__":
    main()
