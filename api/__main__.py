"""``python -m api``: the web, the worker and the pollers in one process."""

from __future__ import annotations

import sys

from pydantic import ValidationError

from api.listener import bind, port_sentence
from api.wording import WordingError, load_wording
from bot.logs import set_up_logging
from bot.settings import Settings, unreadable


def main() -> int:
    """Start; returns the exit code, 1 after one sentence on what is wrong."""
    try:
        words = load_wording()
    except WordingError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        settings = Settings()
    except ValidationError as error:
        print(unreadable(error), file=sys.stderr)
        return 1
    set_up_logging(settings.log_level, settings.log_format)
    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        print(port_sentence(error, settings, words), file=sys.stderr)
        return 1
    if sys.stdout.isatty():
        print(words("start.opening"), flush=True)  # half a minute of silence looks like a fault
    # The understanding takes seconds to import: not before the port is known to be free.
    from api.run import CannotStart, run  # noqa: PLC0415

    with listener:
        try:
            run(settings, listener, words)
        except CannotStart as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
