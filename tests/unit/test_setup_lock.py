"""The lock is whole: every package hashed, the lists and the environment agree, no addresses."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from scripts.lock import LISTS, pins

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("knowledge_base", "actions", "bot", "api")
INDEX_ADDRESS = re.compile(r"://[\w.-]*(pypi|pythonhosted|npmjs|download\.pytorch)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(("source", "target"), sorted(LISTS.items()))
def test_a_lock_is_made_from_its_list(source: str, target: str) -> None:
    assert pins(read(source)) == pins(read(target))
    assert len(pins(read(target))) > 10


@pytest.mark.parametrize("target", sorted(LISTS.values()))
def test_every_package_is_hashed(target: str) -> None:
    lines = [line for line in read(target).splitlines() if not line.startswith("#")]
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if "==" in line:
            assert re.fullmatch(r"[\w.-]+==[\w.+!-]+ \\", line), line
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", following), line
        else:
            assert re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)


def test_no_package_is_in_both_lists() -> None:
    assert not set(pins(read("requirements.in"))) & set(pins(read("requirements-dev.in")))


def test_pytorch_is_the_cpu_build_and_alone() -> None:
    lines = [line for line in read("requirements-torch.txt").splitlines() if line[:1] != "#"]
    assert lines == ["torch==2.13.0+cpu"]
    for lock in LISTS.values():
        names = set(pins(read(lock)))
        assert "torch" not in names
        assert not {name for name in names if name.startswith(("nvidia", "cuda", "triton"))}
        assert "tensorflow" not in names


def test_this_environment_is_the_locked_one() -> None:
    locked = pins(read("requirements.lock")) | pins(read("requirements-dev.lock"))
    installed = {
        re.sub(r"[-_.]+", "-", found.name).lower(): found.version
        # Not what setuptools carries inside and puts on the path when Rasa is imported.
        for found in importlib.metadata.distributions(path=[sysconfig.get_path("purelib")])
    }
    assert installed.pop("torch") == "2.13.0+cpu"
    different = {name: (locked[name], installed.get(name)) for name in locked}
    assert {name: pair for name, pair in different.items() if pair[0] != pair[1]} == {}


def test_what_the_rooms_import_is_in_the_run_time_lock() -> None:
    provided = importlib.metadata.packages_distributions()
    runtime = set(pins(read("requirements.lock"))) | {"torch"}
    wrong: list[str] = []
    seen: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names: list[str] = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module or ""]
                for top in {name.split(".")[0] for name in names}:
                    if top in sys.stdlib_module_names or top in ROOMS:
                        continue
                    seen.add(top)
                    owners = {re.sub(r"[-_.]+", "-", n).lower() for n in provided.get(top, [])}
                    if not owners & runtime:
                        wrong.append(f"{path}: {top}")
    assert len(seen) > 3
    assert wrong == []


def test_no_committed_file_names_a_package_index() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    wrong: list[str] = []
    seen = 0
    for name in filter(None, listed):
        path = ROOT / name
        if not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        seen += 1
        if INDEX_ADDRESS.search(path.read_text(encoding="utf-8", errors="ignore")):
            wrong.append(name)
    assert seen > 20
    assert wrong == []


def test_the_npm_lock_has_hashes_and_no_addresses() -> None:
    text = read("tests/emulators/telegram/package-lock.json")
    assert '"resolved"' not in text
    packages = re.findall(r'^    "node_modules/', text, re.MULTILINE)
    assert len(packages) > 10
    assert len(re.findall(r'"integrity": "sha512-', text)) == len(packages)
