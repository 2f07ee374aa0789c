"""What platforms show at our webhooks."""

from __future__ import annotations

import stat
from pathlib import Path

from bot.settings import Settings
from bot.webhook_secret import webhook_secret


def settings(folder: Path, secret: str | None = None) -> Settings:
    """Settings with that folder and secret."""
    return Settings(_env_file=None, data_dir=folder, webhook_secret=secret)


def test_a_secret_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    made = webhook_secret(settings(folder), "telegram")
    assert len(made) >= 43
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert webhook_secret(settings(folder), "telegram") == made
    file.write_text("bị hỏng\n")
    assert webhook_secret(settings(folder), "telegram") != made
    [file] = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_that_is_set_is_used_if_platforms_take_it(tmp_path: Path) -> None:
    assert webhook_secret(settings(tmp_path, "abc_DEF-1"), "telegram") == "abc_DEF-1"
    hashed = webhook_secret(settings(tmp_path, "bí mật!"), "zalo_bot")
    assert len(hashed) == 64
    assert hashed == webhook_secret(settings(tmp_path, "bí mật!"), "zalo_bot")
    assert list(tmp_path.iterdir()) == []
    assert len(webhook_secret(settings(tmp_path, "ngan"), "zalo_bot")) == 64


def test_each_platform_is_shown_one_of_its_own(tmp_path: Path) -> None:
    one, other = (webhook_secret(settings(tmp_path), name) for name in ("telegram", "zalo_bot"))
    assert one != other
