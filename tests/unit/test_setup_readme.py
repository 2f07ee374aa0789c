"""README lists exactly the settings there are, with their defaults, and links to what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| \S.* \|$", re.MULTILINE)


def shown(default: object) -> str:
    """Return a default as the table writes it; "" for none."""
    if default is None:
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Path):
        return str(default.relative_to(ROOT))
    return str(default)


def test_the_table_is_the_settings() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = dict(ROW.findall(text))
    settings = {name.upper(): shown(f.default) for name, f in Settings.model_fields.items()}
    assert len(settings) > 5
    assert table == settings


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert len(links) > 2
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_make_commands_exist(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)", text, re.MULTILINE))
    used = {one or other for one, other in named}
    assert "run" in used
    assert used <= targets
