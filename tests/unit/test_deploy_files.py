"""Dockerfile, compose.yaml and Makefile: valid, and their steps are the program's own.

No Docker engine is needed: the compose file is held against the Compose specification's JSON schema
(shipped in check-jsonschema) and the Dockerfile against hadolint. Where the docker client has its
compose plug-in, that reads the file as well.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.healthcheck import healthy

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def make_targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions in order, as (name in capitals, the rest)."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    found = [line.split(None, 1) for line in joined.splitlines() if line.strip()]
    return [(name.upper(), rest) for name, rest in found]


def module_exists(name: str) -> bool:
    """Tell whether ``python -m name`` would find something to run in this checkout."""
    path = ROOT / Path(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_compose_file_follows_the_specification(tmp_path: Path) -> None:
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec")
    done = run(*check, "compose.yaml")
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "compose.yaml"
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("    ports:", "    portz:"), encoding="utf-8")
    assert run(*check, wrong).returncode != 0, "the check sees a misspelt key"
    docker = shutil.which("docker")
    if docker is not None and run(docker, "compose", "version").returncode == 0:
        read = run(docker, "compose", "config", "--quiet", POSTGRES_PASSWORD="x")
        assert read.returncode == 0, read.stderr


def test_compose_has_web_worker_and_a_database_with_a_health_check(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert set(services) == {"setup", "app", "worker", "db"}
    assert services["app"]["command"] == ["python", "-m", "api"]
    assert services["worker"]["command"] == ["python", "-m", "bot", "worker"]
    assert services["setup"]["command"] == ["python", "-m", "bot", "setup"]
    database = services["db"]
    assert database["image"].startswith("postgres:17")
    assert "pg_isready" in " ".join(database["healthcheck"]["test"])
    for name in ("app", "worker"):
        assert services[name]["depends_on"] == {
            "db": {"condition": "service_healthy"},
            "setup": {"condition": "service_completed_successfully"},
        }
    mounted = {volume.split(":")[0] for each in services.values() for volume in each["volumes"]}
    assert mounted == set(compose["volumes"])
    assert "ports" not in database, "the database is not shown to the network"


def test_compose_keeps_no_password_and_its_settings_exist(compose: dict[str, Any]) -> None:
    from bot.settings import Settings

    for service in ("app", "worker", "setup"):
        environment = compose["services"][service]["environment"]
        assert {name.lower() for name in environment} <= set(Settings.model_fields)
        assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    assert "${POSTGRES_PASSWORD:?" in compose["services"]["db"]["environment"]["POSTGRES_PASSWORD"]


def test_every_module_that_a_command_runs_exists(compose: dict[str, Any]) -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\$\(PY\) -m ([\w.]+)", text))
    named |= set(re.findall(r"\$\(BOOT\) ([\w.]+)", text))
    named |= set(re.findall(r"-m\W+([\w.]+)", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
    for service in compose["services"].values():
        named |= set(service.get("command", [])[2:3])
    ours = {name for name in named if (ROOT / name.split(".")[0]).is_dir()}
    assert {"api", "bot", "scripts.environment", "scripts.healthcheck"} <= ours
    assert [name for name in sorted(ours) if not module_exists(name)] == []


def test_dockerfile_passes_its_linter() -> None:
    done = run(BIN / "hadolint", "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_dockerfile_calls_make_and_copies_what_exists() -> None:
    steps = instructions()
    called: set[str] = set()
    for name, rest in steps:
        if name == "RUN":
            called |= set(re.findall(r"\bmake ([a-z-]+)", rest))
        if name == "COPY" and "--from" not in rest:
            sources = [part for part in shlex.split(rest) if not part.startswith("--")][:-1]
            assert [source for source in sources if not (ROOT / source).exists()] == []
    assert called == {"environment", "setup"}
    assert called <= make_targets()
    installs = [rest for name, rest in steps if name == "RUN" and "pip install" in rest]
    assert installs == [], "packages come from make alone"


def test_image_has_two_stages_a_plain_user_and_a_health_check() -> None:
    steps = instructions()
    assert sum(name == "FROM" for name, _ in steps) == 2
    assert all("python:3.11" in rest for name, rest in steps if name == "FROM")
    last = [index for index, (name, _) in enumerate(steps) if name == "FROM"][-1]
    final = dict(steps[last:])
    assert final["USER"] not in ("root", "0")
    assert json.loads(final["HEALTHCHECK"].split("CMD", 1)[1])[1:] == ["-m", "scripts.healthcheck"]
    assert "bot setup" in final["CMD"]
    assert "exec python -m api" in final["CMD"], "the server gets Docker's signals itself"


def test_image_takes_every_room_and_nothing_private() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    taken = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert {"api", "bot", "actions", "knowledge_base", "nlu_data", "scripts"} <= taken
    assert not taken & {".env", ".git", ".data", ".venv"}
    assert [name for name in sorted(taken) if not (ROOT / name).exists()] == []


class Answer(BaseHTTPRequestHandler):
    """A web server whose health is in its class."""

    status = 200

    def do_GET(self) -> None:
        """Answer ``/health`` with ``status``."""
        self.send_response(self.status if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def test_health_check_asks_the_server(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = str(server.server_address[1])
    assert healthy(port)
    monkeypatch.setattr(Answer, "status", 503)
    assert not healthy(port)
    assert not healthy("9")
    assert not healthy("no port")


def test_make_help_names_what_a_person_needs() -> None:
    done = run("make")
    assert done.returncode == 0
    for target in ("setup", "run", "test", "lint", "format", "bench", "clean"):
        assert f"make {target} " in done.stdout


def test_ci_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "exec make test" in script.read_text(encoding="utf-8")
    for target in ("test", "run"):
        shown = run("make", "-n", target)
        assert shown.returncode == 0, shown.stderr
        assert "-m bot setup" in shown.stdout
