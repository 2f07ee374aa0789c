"""The whole program, ``python -m api``, as a process of its own."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.settings import ROOT, Settings
from tests.conftest import open_folder


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def start(**settings: object) -> subprocess.Popen[str]:
    """Start it with these settings; what it prints can be read."""
    environment = os.environ | {key: str(value) for key, value in settings.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(conninfo: str, **settings: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The whole program with the trained understanding (``python -m bot setup`` made it)."""
    with open_folder() as data:
        (data / "models").symlink_to(Settings().model_dir)
        port = free_port()
        program = start(PORT=port, DATA_DIR=data, DATABASE_URL=conninfo, **settings)
        try:
            assert program.stdout
            assert select.select([program.stdout], [], [], 180)[0], (
                "it has not started in 3 minutes"
            )
            line = program.stdout.readline()
            assert "http" in line, line + program.communicate(timeout=30)[1]
            yield program, f"http://127.0.0.1:{port}"
        finally:
            program.kill()
            program.communicate(timeout=30)
