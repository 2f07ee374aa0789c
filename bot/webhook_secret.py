"""What a platform shows at our webhook, so that we know it."""

from __future__ import annotations

import os
import re
import secrets
from hashlib import sha256
from pathlib import Path

from bot.settings import Settings

# Telegram takes 1 to 256 of these characters, Zalo 8 to 256 of any.
_SECRET = re.compile(r"[A-Za-z0-9_-]{8,256}")


def webhook_secret(settings: Settings, platform: str) -> str:
    """The setting (hashed where the platforms would not take it), or a secret made once and kept in
    the data folder, readable by us alone; ``platform``: whose it is."""
    if settings.webhook_secret:
        given = settings.webhook_secret.get_secret_value()
        return given if _SECRET.fullmatch(given) else sha256(given.encode()).hexdigest()
    path = settings.data_dir / f"{platform}-webhook-secret"
    kept = _read(path)
    if not _SECRET.fullmatch(kept):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        fresh.replace(path)
        kept = _read(path)
    return kept


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
