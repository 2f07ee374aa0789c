"""``python -m api`` as a process: what it says when it cannot start, how it starts and stops."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.settings import ROOT, Settings
from tests.conftest import Server, open_folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def start(**settings: object) -> subprocess.Popen[str]:
    environment = os.environ | {key: str(value) for key, value in settings.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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


@contextmanager
def running(conninfo: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The whole program with the trained understanding (``python -m bot setup`` made it)."""
    with open_folder() as data:
        (data / "models").symlink_to(Settings().model_dir)
        port = free_port()
        program = start(PORT=port, DATA_DIR=data, DATABASE_URL=conninfo)
        try:
            assert program.stdout
            assert select.select([program.stdout], [], [], 180)[0], (
                "it has not started in 3 minutes"
            )
            line = program.stdout.readline()
            assert str(port) in line, line + program.communicate(timeout=30)[1]
            yield program, f"http://127.0.0.1:{port}"
        finally:
            program.kill()
            program.communicate(timeout=30)


@pytest.mark.timeout(240)  # the index is built first when the knowledge has just changed
def test_it_answers_and_stops_when_told(embedded_server: Server) -> None:
    with embedded_server.fresh() as conninfo, running(conninfo) as (program, url):
        assert httpx.get(f"{url}/ready", timeout=30).json()["ready"] is True
        body = {"conversation": "start", "message_id": "1", "text": "lệ phí khai sinh"}
        answer = httpx.post(f"{url}/api/v1/messages", json=body, timeout=30)
        assert answer.status_code == 200
        assert answer.json()["replies"]
        with httpx.stream("GET", f"{url}/health"):
            began = time.monotonic()
            program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=20) == 0
        assert time.monotonic() - began < 15
        assert program.stderr
        assert "Traceback" not in program.stderr.read()
