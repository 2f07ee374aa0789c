"""What operators read where a command or the server cannot go on: one Vietnamese sentence, the
error's own words behind it, and 1."""

from __future__ import annotations

import errno
import runpy
import sys
from pathlib import Path

import psycopg
import pytest

from bot import __main__ as command_line
from bot.store.errors import DatabaseTooNew, MigrationChanged, MigrationError, StoreUnavailable
from bot.troubles import told

AWAY = "postgresql://me:secret@127.0.0.1:1/base"


@pytest.mark.parametrize(
    ("setting", "command", "says", "behind"),
    [
        (f"DATABASE_URL={AWAY}", "dead", "DATABASE_URL không trả lời", "Connection refused"),
        (f"DATABASE_URL={AWAY}", "backup b", "DATABASE_URL không trả lời", "Connection refused"),
        ("DATABASE_URL=mysql://me:secret@x", "dead", "không phải địa chỉ", "should look like"),
        ("DATA_DIR=/proc/x", "dead", "cơ sở dữ liệu đi kèm", "/proc/x"),
        ("DATA_DIR=/proc/x", "setup", "Không đọc hay ghi được /proc/x", "No such file"),
        ("PORT=abc", "dead", "PORT", ""),
        # Before minutes of set-up:
        ("COMMUNE=1", "setup", "COMMUNE=1 không phải mã", "00166"),
        ("DOSSIER_SOURCES=/no/such", "setup", "DOSSIER_SOURCES", "No such file"),
        ("ENCODER=/no/such", "setup", "ENCODER=/no/such", "không có thư mục"),
        ("ENCODER=hai từ", "setup", "ENCODER=hai từ", "không phải tên mô hình"),
    ],
)
def test_a_command_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    setting: str,
    command: str,
    says: str,
    behind: str,
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["bot", *command.split()])
    assert command_line.main() == 1
    out, err = capsys.readouterr()
    assert says in err
    assert behind in err[err.index(says) :]
    assert "secret" not in err
    assert out == ""
    assert not any(tmp_path.iterdir()), "nothing was begun"


def test_a_command_that_does_not_exist_is_no_fault_of_the_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bot", "khong-co"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 2
    assert "khong-co" in capsys.readouterr().err


def test_the_knowledge_bases_commands_say_it_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["knowledge_base", "search", "khai sinh"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("knowledge_base", run_name="__main__", alter_sys=True)
    assert ended.value.code == 1
    assert "make setup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StoreUnavailable("gone"), "không trả lời"),
        (psycopg.OperationalError("gone"), "không trả lời"),
        (DatabaseTooNew("0099"), "bản mới hơn"),
        (MigrationChanged("0001"), "bot/migrations"),
        (MigrationError("permission denied"), "quyền tạo bảng"),
        (OSError(errno.ENOSPC, "No space left on device"), "ổ đĩa"),
        (PermissionError(errno.EACCES, "Permission denied", "/a/b"), "/a/b"),
        (OSError("We couldn't connect to 'the hub'"), "ENCODER=intfloat/e5"),
    ],
)
def test_the_errors_own_words_stand_behind_the_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    monkeypatch.setenv("ENCODER", "intfloat/e5")
    sentence = told(error)
    assert sentence
    assert says in sentence.partition("(")[0]
    assert sentence.endswith(f"({getattr(error, 'strerror', None) or error})")


def test_a_fault_of_the_program_is_not_made_a_sentence() -> None:
    assert told(KeyError("x")) is None
    assert told(RuntimeError("x")) is None
