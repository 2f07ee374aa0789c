"""Logging: one line a record, personal data masked, the libraries quiet."""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from datetime import UTC, datetime

from bot import tracing
from bot.privacy import MaskingFilter

# Libraries whose everyday news nobody who runs this needs; httpx would name addresses.
_QUIET = (
    "faiss",
    "httpx",
    "procrastinate",
    "rasa",
    "sentence_transformers",
    "telegram",
    "transformers",
)
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """A record as one line of JSON: when (UTC), level, from where, what, the trace it belongs to,
    and of an error where it came from. Nothing else of a record is written, so that nothing comes
    in unmasked beside what the filter has masked."""

    def format(self, record: logging.LogRecord) -> str:
        """One line without its end."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": record.getMessage(),
            "trace": tracing.number(),
            "error": record.exc_text,
        }
        told = {name: value for name, value in line.items() if value is not None}
        return json.dumps(told, ensure_ascii=False)


def hush_addresses() -> None:
    """Keep the addresses that are asked out of the log: some have a token in them."""
    for name in ("httpx", "httpcore"):
        noisy = logging.getLogger(name)
        noisy.setLevel(max(logging.WARNING, noisy.getEffectiveLevel()))


def traced(error: BaseException) -> str:
    """Where an error came from, without its words: they may be a citizen's."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{lines}".rstrip()


def set_up_logging(level: str, form: str) -> None:
    """Log to the standard error, every record masked; ``form`` is ``text`` or ``json``."""
    handler = logging.StreamHandler()
    handler.addFilter(MaskingFilter(secrets.token_hex(16)))
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
