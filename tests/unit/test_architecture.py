"""The rooms keep to themselves: who may import what, where SQL lies, and that imports do nothing.

import-linter says the same of the import graph (pyproject.toml); here the source text is read, so
that an import inside a function or under TYPE_CHECKING counts as well.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("knowledge_base", "actions", "bot", "api")  # each may import itself and those before it

# package -> modules that alone may import it; a trailing ".*" takes in everything below
HOMES: dict[str, tuple[str, ...]] = {
    "rasa": ("bot.understanding.*",),
    "rasa_sdk": ("bot.understanding.*",),
    "telegram": ("bot.channels.telegram.*",),
    "fastapi": ("api.*",),
    "starlette": ("api.*",),
    "faiss": ("knowledge_base.retrieval.*",),
    "sentence_transformers": ("knowledge_base.retrieval.*",),
    "procrastinate": ("bot.jobs",),
}
SQL_HOMES = re.compile(r"^bot\.(\w*store|store\..*|migrations(\..*)?)$")
SQL = re.compile(
    r"^\s*(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|with\s+\w+\s+as\s*\("
    r"|(create|alter|drop)\s+(table|index|schema|type|function))\b",
    re.IGNORECASE | re.DOTALL,
)


def modules() -> Iterator[tuple[str, Path]]:
    """Yield the dotted name and the file of every module of the rooms."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imported(tree: ast.AST, module: str, package: bool) -> Iterator[tuple[str, int]]:
    """Yield each imported dotted name with its line; relative imports are made absolute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                parts = parts[: len(parts) - node.level + (1 if package else 0)]
                base = ".".join([*parts, *filter(None, [base])])
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def lives_in(module: str, homes: tuple[str, ...]) -> bool:
    """Tell whether ``module`` is one of ``homes``."""
    return any(
        module == home or (home.endswith(".*") and f"{module}.".startswith(home[:-1]))
        for home in homes
    )


def faults(module: str, source: str, package: bool = False) -> list[str]:
    """Return every import in ``source`` that ``module`` may not have, as ``line: name``."""
    room = module.split(".", maxsplit=1)[0]
    above = ROOMS[ROOMS.index(room) + 1 :]
    found: list[str] = []
    for name, line in imported(ast.parse(source), module, package):
        top = name.split(".", maxsplit=1)[0]
        channels = (
            re.match(r"bot\.channels\.(\w+)", name),
            re.match(r"bot\.channels\.(\w+)", module),
        )
        sibling = channels[0] and channels[1] and channels[0][1] != channels[1][1]
        away = top in HOMES and not lives_in(module, HOMES[top])
        if top in above or top in ("tests", "scripts") or sibling or away:
            found.append(f"{line}: {name}")
    return found


def test_every_import_stays_within_its_room() -> None:
    wrong: list[str] = []
    seen = 0
    for module, path in modules():
        seen += 1
        text = path.read_text(encoding="utf-8")
        wrong += [f"{path}:{fault}" for fault in faults(module, text, path.stem == "__init__")]
    assert seen > 10
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("actions.answer", "import rasa"),
        ("bot.conversation", "def f():\n    from rasa.engine import loader"),
        ("bot.channels.zalo", "from telegram import Update"),
        ("bot.channels.zalo", "from bot.channels.telegram import sending"),
        ("bot.channels.zalo", "from . import telegram"),
        ("bot.store", "import procrastinate"),
        ("bot.jobs_extra", "import procrastinate"),
        ("bot.wiring", "from starlette.responses import Response"),
        ("knowledge_base.check", "import faiss"),
        ("knowledge_base.loader", "from actions import replies"),
        ("actions.answer", "from bot.settings import Settings"),
        ("bot.wiring", "import api"),
        ("api.routes.chat", "import tests.unit"),
    ],
)
def test_a_wrong_import_is_seen(module: str, source: str) -> None:
    assert faults(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.understanding.pipeline", "from rasa.engine import loader"),
        ("bot.understanding", "import rasa"),
        ("bot.channels.telegram.channel", "from telegram import Update"),
        ("bot.jobs", "import procrastinate"),
        ("api.routes.chat", "from fastapi import APIRouter\nfrom bot.wiring import build"),
        ("knowledge_base.retrieval.dense", "import faiss, sentence_transformers"),
    ],
)
def test_a_right_import_is_let_through(module: str, source: str) -> None:
    assert faults(module, source) == []


def test_sql_lies_in_the_store_modules_only() -> None:
    wrong: list[str] = []
    seen = 0
    for module, path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                seen += 1
                if SQL.search(node.value) and not SQL_HOMES.match(module):
                    wrong.append(f"{path}:{node.lineno}: {node.value[:60]!r}")
    assert seen > 100
    assert wrong == []
    assert SQL.search("SELECT state\n  FROM conversation WHERE id = %s")


def test_files_and_functions_stay_short() -> None:
    wrong: list[str] = []
    seen = 0
    for _, path in modules():
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) >= 400:
            wrong.append(f"{path}: {len(text.splitlines())} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                seen += 1
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length >= 50:
                    wrong.append(f"{path}:{node.lineno}: {node.name} has {length} lines")
    assert seen > 50
    assert wrong == []


WATCH = """
import importlib, json, sys, threading
faults = []
if "bot.understanding.compat" in {names!r}:
    # Rasa's own modules import only after this has been called (docs/adr/0001).
    importlib.import_module("bot.understanding.compat").prepare()
before = set(threading.enumerate())

def ours(frame):
    # The nearest frame of the rooms on the stack, unless some package is being imported by it:
    # what a third-party package does while it is imported is not the room's own doing.
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return None
        if name.split(".")[0] in {rooms!r}:
            return f"{{name}}:{{frame.f_lineno}}"
        frame = frame.f_back
    return None

def audit(event, arguments):
    write = event == "open" and isinstance(arguments[1], str) and set("wax+") & set(arguments[1])
    if write or event in {{
        "socket.bind", "socket.connect", "socket.__new__", "_thread.start_new_thread",
        "subprocess.Popen", "os.fork", "os.mkdir", "os.remove", "os.rename",
    }}:
        where = ours(sys._getframe(1))
        if where:
            faults.append(f"{{where}}: {{event}} {{arguments[:1]!r}}")

sys.addaudithook(audit)
for name in {names!r}:
    importlib.import_module(name)
alive = [thread.name for thread in threading.enumerate() if thread not in before]
print(json.dumps({{"faults": faults, "threads": alive, "count": len({names!r})}}))
"""


def test_importing_a_module_does_nothing() -> None:
    names = [name for name, path in modules() if path.stem != "__main__"]
    code = WATCH.format(rooms=set(ROOMS), names=names)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "RASA_TELEMETRY_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["count"] > 10
    assert seen["faults"] == []
    assert seen["threads"] == []


def test_importing_something_that_acts_is_seen(tmp_path: Path) -> None:
    room = tmp_path / "bot"
    room.mkdir()
    (room / "__init__.py").write_text("", encoding="utf-8")
    (room / "bad.py").write_text("open('left-behind', 'w').close()\n", encoding="utf-8")
    code = WATCH.format(rooms=set(ROOMS), names=["bot.bad"])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault.startswith("bot.bad:1: open")
