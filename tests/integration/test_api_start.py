"""``python -m api`` as a process: what it says when it cannot start, how it starts and stops."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import Server
from tests.program import free_port, running, start


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
