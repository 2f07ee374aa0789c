"""What the rooms above lend this one: plugged in by name, like any port whose adapter is chosen at
start, since nothing here may import them."""

from __future__ import annotations

import importlib
from typing import Any


def plugged(name: str) -> Any:
    """What ``name``, such as ``bot.wiring:open_trial``, means.

    Raises:
        ImportError, AttributeError: there is no such thing.
    """
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
