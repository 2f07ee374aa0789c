"""Which version of the program this is."""

from __future__ import annotations

import tomllib

from bot.settings import ROOT


def release() -> str:
    """The version written in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])
