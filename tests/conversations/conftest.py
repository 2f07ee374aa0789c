"""The real understanding for whole conversations."""

from __future__ import annotations

import pytest

from bot.brain import Brain
from tests.brain import open_brain


@pytest.fixture(scope="session")
def brain() -> Brain:
    """What ``python -m bot setup`` made."""
    return open_brain()
