"""``python -m api`` as a process: what it says when it cannot start. How it
runs and stops is in test_whole_program.py."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.program import free_port, start


def refused(**settings: object) -> str:
    """What the program says when it does not start: one line, exit code 1."""
    with start(**settings) as program:
        out, err = program.communicate(timeout=60)
    assert program.returncode == 1
    assert out == ""
    assert "Traceback" not in err
    [sentence] = [line for line in err.splitlines() if "Warning" not in line and line.strip()]
    return sentence


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PORT": "abc"}, ["PORT"]),
        ({"PORT": "70000", "LOG_LEVEL": "LOUD"}, ["PORT", "LOG_LEVEL"]),
        ({"PORT": "18000", "HOST": "192.0.2.1"}, ["192.0.2.1", "18000"]),
        ({"PORT": "18000", "HOST": "no such host"}, ["no such host"]),
    ],
)
def test_bad_settings_are_named(settings: dict[str, str], words: list[str]) -> None:
    sentence = refused(**settings)
    assert [word for word in words if word not in sentence] == []


def test_a_taken_port_is_named_with_another_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        sentence = refused(PORT=port)
    assert f"Cổng {port}" in sentence
    assert "PORT=" in sentence


def test_without_set_up_it_says_what_to_run(tmp_path: Path) -> None:
    assert "make setup" in refused(PORT=free_port(), DATA_DIR=tmp_path)
