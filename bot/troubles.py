"""What those who run the program read where it cannot go on: one Vietnamese sentence that says what
to do (``wording/trouble.yaml``), behind it what the error says itself.

What it knows is imported when something has failed: a command that does its work pays nothing.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from actions.dossier_sources.config import codes_held
from actions.place import Places
from bot.settings import Settings, unreadable
from knowledge_base.phrases import load
from knowledge_base.units import UnitsError

_MOST = 400  # characters of an error's own words
_HUB_NAME = re.compile(r"[\w-][\w.@-]*(/[\w-][\w.-]*)?", re.ASCII)
# Their words are a sentence for people already.
_SENTENCES = frozenset(
    {"BackupError", "BookBusy", "BookFull", "BookUnavailable", "KnowledgeError", "NotTrained",
     "PhraseError", "UnitsError", "UnusableSetting", "WordingError"}
)  # fmt: skip


class UnusableSetting(RuntimeError):
    """A setting cannot be used; the text (Vietnamese) says which, and what to do."""


def check_settings(settings: Settings) -> None:
    """Refuse what files show to be wrong, before minutes of work.

    Raises:
        UnitsError: COMMUNE is no commune's code.
        knowledge_base.loader.KnowledgeError: the file of DOSSIER_SOURCES is missing or broken.
        UnusableSetting: ENCODER is neither a folder nor what a model may be called.
    """
    if settings.commune is not None:
        check_commune(Places(commune=settings.commune))
    codes_held(settings.dossier_sources, os.environ)
    name = settings.encoder
    if not Path(name).is_dir() and not _HUB_NAME.fullmatch(name):
        say = load()
        why = say("trouble.encoder_name")
        raise UnusableSetting(say("trouble.encoder", encoder=name, reason=why))


def check_commune(places: Places) -> None:
    """Raise :class:`~knowledge_base.units.UnitsError` where COMMUNE is no commune's code."""
    code = places.commune
    if code is None or ((unit := places.units.by_code(code)) and not unit.is_province):
        return
    meant = [places.units.by_code(m.code) for m in places.finder.find(code).matches]
    near = "; ".join(
        f"{u.code} là {places.units.said(u)}" for u in meant if u and not u.is_province
    )
    hint = near or "ví dụ 00166 là phường Cầu Giấy, thành phố Hà Nội"
    raise UnitsError(
        f"COMMUNE={code} không phải mã của xã, phường nào hiện nay. "
        f"Xin ghi mã 5 chữ số ({hint}), hoặc để trống."
    )


def told(error: Exception) -> str | None:
    """The sentence for whoever ran the command; None where it is a fault of the program."""
    if isinstance(error, ValidationError):
        return unreadable(error) if error.title == Settings.__name__ else None
    if type(error).__name__ in _SENTENCES:
        return str(error)
    words = str(getattr(error, "strerror", None) or error)
    reason = " ".join(words.split())[:_MOST] or type(error).__name__
    wrong = _of_database(error)
    if wrong is not None:
        return load()(f"trouble.{wrong}", reason=reason)
    if isinstance(error, OSError):
        return _of_system(error, reason)
    return None


def run(command: Callable[[], object]) -> int:
    """Run a command line; what is known to go wrong ends in one sentence and 1.

    Raises:
        SystemExit: as the command line ends.
    """
    try:
        command()
    except Exception as error:
        sentence = told(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1
    return 0


def _of_database(error: Exception) -> str | None:
    import psycopg  # noqa: PLC0415  # see the module

    from bot.postgres import DatabaseError  # noqa: PLC0415
    from bot.store.errors import (  # noqa: PLC0415
        DatabaseTooNew,
        MigrationChanged,
        MigrationError,
        StoreUnavailable,
    )

    if isinstance(error, DatabaseError):
        return error.wrong
    for kind, wrong in (
        (DatabaseTooNew, "database_newer"),
        (MigrationChanged, "migration_changed"),
        (MigrationError, "migration_failed"),
        (StoreUnavailable, "database_silent"),
        (psycopg.OperationalError, "database_silent"),
    ):
        if isinstance(error, kind):
            return wrong
    return None


def _of_system(error: OSError, reason: str) -> str:
    from knowledge_base.retrieval.encoders import SHIPPED  # noqa: PLC0415

    say = load()
    if error.filename is not None:
        return say("trouble.file", file=error.filename, reason=reason)
    name = Settings().encoder
    if error.errno is None and name not in SHIPPED:  # of a library: what opens the model
        return say("trouble.encoder", encoder=name, reason=reason)
    return say("trouble.system", reason=reason)
