"""Give the machine what the tests need beyond Python: ``python -m scripts.machine``.

Debian's Chromium (browser tests), a PostgreSQL server (tests of ``DATABASE_URL``), Node.js with
npm, and the third-party Telegram server of ``tests/emulators/telegram`` pinned by its lock file.
Installed by apt-get where we are root; otherwise one sentence says what to run.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.console import Phase, SetupError, exit_code, say, use_utf8
from scripts.preflight import ROOT

EMULATOR = ROOT / "tests" / "emulators" / "telegram"


def find_chromium() -> str | None:
    """Return the path of a Chromium that the browser tests can drive, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def find_postgres() -> str | None:
    """Return the path of a PostgreSQL server program, newest of Debian's first, or None."""
    servers = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(servers, key=lambda path: float(path.parts[-3]), default=None)
    return str(newest) if newest else shutil.which("postgres")


NEEDS: dict[str, tuple[str, Callable[[], str | None]]] = {
    # what it is called: (Debian's package, how it is found)
    "Chromium": ("chromium", find_chromium),
    "PostgreSQL": ("postgresql", find_postgres),
    "Node.js": ("nodejs", lambda: shutil.which("node")),
    "npm": ("npm", lambda: shutil.which("npm")),
}


def install_system() -> None:
    """Install what is missing from Debian.

    Raises:
        SetupError: it is missing and we are not root, or apt-get failed.
    """
    missing = {name: need[0] for name, need in NEEDS.items() if need[1]() is None}
    if not missing:
        return
    names, packages = ", ".join(missing), " ".join(missing.values())
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetupError("system_missing", names=names, packages=packages)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with Phase(say("phase_system", names=names)):
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing.values()],
        ):
            done = subprocess.run(  # noqa: S603 - fixed commands
                command,
                check=False,
                capture_output=True,
                text=True,
                env=environment,
                stdin=subprocess.DEVNULL,
            )
            if done.returncode != 0:
                reason = last_line(done.stderr or done.stdout)
                raise SetupError("system_failed", names=names, packages=packages, reason=reason)


def install_emulator(folder: Path = EMULATOR) -> None:
    """Install the npm packages of the lock file in ``folder``, once per lock file.

    Raises:
        SetupError: npm failed.
    """
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    with Phase(say("phase_npm")):
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],  # noqa: S607 - on PATH
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            raise SetupError("npm_failed", reason=last_line(done.stderr or done.stdout))
        stamp.write_text(digest, encoding="utf-8")


def last_line(text: str) -> str:
    """Return the last line of ``text`` that is not empty, without its full stop."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "?"


def main() -> int:
    """Install everything; return 1 with one sentence when something cannot be."""
    use_utf8()

    def install() -> None:
        install_system()
        install_emulator()

    return exit_code(install)


if __name__ == "__main__":
    sys.exit(main())
