"""Logging: one line a record, personal data masked, the libraries quiet."""

from __future__ import annotations

import logging
import secrets

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


def set_up_logging(level: str) -> None:
    """Log to the standard error, every record masked."""
    handler = logging.StreamHandler()
    handler.addFilter(MaskingFilter(secrets.token_hex(16)))
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=level, format=form, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
