"""What the set-up says when a machine will not do: one sentence, and never a traceback."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import Settings
from scripts import preflight
from scripts.checks import CHECKS
from scripts.console import WORDING, SetupError
from scripts.environment import FILES

ROOT = Path(__file__).resolve().parents[2]
GOOD_CPU = "processor : 0\nflags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2 popcnt avx\n"


def refused(*arguments: str, **environment: str) -> str:
    """Run the preflight as the Makefile does, in a process; return the sentence it refused with."""
    done = subprocess.run(
        ["sh", "scripts/python.sh", "-m", "scripts.preflight", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    return sentence


def test_this_machine_will_do(tmp_path: Path) -> None:
    preflight.check_machine(ROOT, {"DATA_DIR": str(tmp_path)}, fresh=False, run=False)


def test_another_python_is_named() -> None:
    with pytest.raises(SetupError, match=r"Python 3\.11 nhưng .* là Python 3\.9\.2\."):
        preflight.check_python((3, 9, 2))
    with pytest.raises(SetupError):
        preflight.check_python((3, 12, 0))


@pytest.mark.parametrize("name", ["preflight", "console", "environment", "pip_runner"])
def test_an_older_python_can_read_the_code_that_refuses_it(name: str) -> None:
    source = (ROOT / "scripts" / f"{name}.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert "from __future__ import annotations" in source


def test_no_python_at_all_is_said_by_the_shell() -> None:
    assert refused(PYTHON="/nowhere/python3.11") == WORDING["python_missing"]


@pytest.mark.parametrize(
    ("system", "machine", "libc", "cpu", "key"),
    [
        ("Darwin", "arm64", ("", ""), "", "system"),
        ("Linux", "armv7l", ("glibc", "2.36"), "", "system"),
        ("Linux", "x86_64", ("", ""), GOOD_CPU, "libc"),
        ("Linux", "x86_64", ("glibc", "2.27"), GOOD_CPU, "libc"),
        ("Linux", "x86_64", ("glibc", "2.36"), "flags : fpu sse sse2\n", "cpu_flags"),
    ],
)
def test_a_system_that_cannot_run_it(
    system: str, machine: str, libc: tuple[str, str], cpu: str, key: str
) -> None:
    with pytest.raises(SetupError) as caught:
        preflight.check_system(system, machine, libc, cpu)
    assert caught.value.key == key


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_a_system_that_can(machine: str) -> None:
    preflight.check_system("Linux", machine, ("glibc", "2.36"), GOOD_CPU)
    preflight.check_system("Linux", machine, ("glibc", "2.36"), "")


def test_venv_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SetupError, match="apt-get install python3"):
        preflight.check_venv()


def test_too_little_disk(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="ít nhất 100000"):
        preflight.check_disk(tmp_path / "not" / "there" / "yet", 100_000)


def test_a_taken_port_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        sentence = refused("--run", PORT=str(port), HOST="127.0.0.1", DATA_DIR=str(tmp_path))
    assert f"Cổng {port} trên 127.0.0.1" in sentence
    assert "make run PORT=" in sentence


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1"])
def test_a_port_that_is_none(port: str, tmp_path: Path) -> None:
    assert f"PORT={port}" in refused("--run", PORT=port, DATA_DIR=str(tmp_path))


def test_an_address_this_machine_does_not_have() -> None:
    with pytest.raises(SetupError) as caught:
        preflight.check_port("192.0.2.1", "8000")
    assert caught.value.key == "host_unknown"


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    sentence = refused(DATA_DIR=str(tmp_path / "file" / "data"))
    assert str(tmp_path / "file" / "data") in sentence
    assert "DATA_DIR=" in sentence


def test_settings_are_read_as_the_program_reads_them(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('# x\nexport PORT="8123"\nHOST=\n', encoding="utf-8")
    assert preflight.read_setting("PORT", "8000", {}, tmp_path) == "8123"
    assert preflight.read_setting("PORT", "8000", {"PORT": "9"}, tmp_path) == "9"
    assert preflight.read_setting("HOST", "127.0.0.1", {"HOST": ""}, tmp_path) == "127.0.0.1"
    assert preflight.read_setting("PORT", "8000", {}, tmp_path / "nowhere") == "8000"


def test_defaults_are_those_of_the_settings() -> None:
    fields = Settings.model_fields
    assert fields["host"].default == preflight.DEFAULT_HOST
    assert str(fields["port"].default) == preflight.DEFAULT_PORT
    assert fields["data_dir"].default == ROOT / ".data"


def test_every_wording_is_used_and_every_used_one_exists() -> None:
    texts: set[str] = set()
    asked: set[str] = set()
    for path in (ROOT / "scripts").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id in ("say", "SetupError") and isinstance(first, ast.Constant):
                    asked.add(str(first.value))
    built = {f"phase_{part}" for part in FILES} | {f"check_{name}" for name in CHECKS}
    by_shell = {"python_missing"}
    assert len(asked) > 20
    assert asked | built | by_shell <= set(WORDING)
    assert set(WORDING) <= texts | built | by_shell


@pytest.mark.parametrize("key", sorted(WORDING))
def test_a_wording_is_one_line_in_vietnamese(key: str) -> None:
    text = WORDING[key]
    assert "\n" not in text
    assert re.search(r"[À-ỹ{]", text)
