"""Set-up: one at a time on a folder, and what it tells a log and whoever wrote the settings."""

from __future__ import annotations

import fcntl
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.progress import Progress

from bot import setup
from bot.__main__ import main
from bot.settings import Settings
from bot.understanding import stamp
from knowledge_base.phrases import load


def test_a_second_one_waits_and_does_nothing_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path)
    folder = settings.model_dir
    folder.mkdir()
    with (folder / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first one is at work
        second = threading.Thread(target=setup.run, args=(settings,))
        second.start()
        said = ""
        until = time.monotonic() + 10
        while not said and time.monotonic() < until:
            said = capsys.readouterr().out
            time.sleep(0.01)
        assert said == load()("setup.waiting") + "\n"
        (folder / stamp.MODEL).write_bytes(b"trained by the first")
        stamp.mark_set_up(folder, settings.encoder)
    second.join(10)
    assert not second.is_alive()
    assert (folder / stamp.MODEL).read_bytes() == b"trained by the first"
    assert capsys.readouterr().out == ""


def test_a_log_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter((100.0, 110.0, 116.0, 117.0, 120.5, 120.5, 180.5))
    with Progress(disable=True) as bars:
        told = setup.Steps(bars, load(), {"embed": "rank"}, lambda: next(clock))
        for done in (0, 8, 16, 24, 32):
            told("embed", done, 32)
        told("rank", 9, 9)
    assert capsys.readouterr().out.splitlines() == [
        "→ Tính véc-tơ câu…",
        "  … 16/32, 16 s",
        "✓ Tính véc-tơ câu: 20.5 s",
        "→ Huấn luyện bộ xếp hạng…",
        "✓ Huấn luyện bộ xếp hạng: 60.0 s",
    ]


def test_settings_that_cannot_be_read_are_named_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"DATA_DIR": tmp_path / "data", "SPEECH_RATE": 9, "TEAM_CHAT": "x"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(sys, "argv", ["bot", "setup"])
    assert main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == load()("web.start.bad_settings", where="SPEECH_RATE, TEAM_CHAT") + "\n"
    assert not (tmp_path / "data").exists()
