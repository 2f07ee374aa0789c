"""``python -m api`` as a process: what it says when it cannot start. How it
runs and stops is in test_whole_program.py."""

from __future__ import annotations

import os
import pty
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT
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
        ({"HELPER_PHONE": "gọi chị Lan"}, ["HELPER_PHONE"]),
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


def test_who_watches_hears_that_it_opens(tmp_path: Path) -> None:
    watched, side = pty.openpty()
    settings = {"PORT": str(free_port()), "DATA_DIR": str(tmp_path)}
    program = subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=side,
        stderr=subprocess.DEVNULL,
    )
    assert select.select([watched], [], [], 60)[0]
    assert os.read(watched, 1000).decode().startswith("→ Mở kho kiến thức")
    program.kill()
    program.wait()
    os.close(side)
    os.close(watched)
