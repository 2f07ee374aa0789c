"""Make the one Python environment in ``.venv`` from the lock files; do nothing when it is current.

``python -m scripts.environment runtime`` makes what the program needs, ``dev`` adds what the
checks need; ``--run`` also wants the web server's port to be free. Standard library only.

The environment is current when its stamp holds the digest of the lock files and every package
named in the stamp still lies there. A marker file stands in ``.venv`` while it is being changed:
whoever finds one knows that an install was cut short, and starts over.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.console import Phase, SetupError, exit_code, say, use_utf8
from scripts.pip_runner import Pip
from scripts.preflight import PYTHON, ROOT, check_machine

TORCH = "requirements-torch.txt"
FILES = {"runtime": ("requirements.lock", TORCH), "dev": ("requirements-dev.lock",)}
TOOLS = ("setuptools", "wheel")  # packages that come as source are built with these, not others
ROOMS = ("knowledge_base", "actions", "bot", "api")


class Environment:
    """The environment of one checkout.

    Args:
        root: the checkout, which holds the lock files and will hold ``.venv``.
    """

    def __init__(self, root: Path) -> None:
        """Name the paths; nothing is touched."""
        self.root = root
        self.path = root / ".venv"
        self.python = self.path / "bin" / "python"
        self.marker = self.path / ".changing"

    def stamp(self, part: str) -> Path:
        """Return the stamp file of ``part``: "runtime" or "dev"."""
        return self.path / f".stamp-{part}"

    def digest(self, part: str) -> str:
        """Return what the stamp's first line must be for ``part`` to be current.

        Raises:
            SetupError: a lock file is missing.
        """
        total = hashlib.sha256(repr(PYTHON).encode())
        for name in FILES[part]:
            try:
                total.update((self.root / name).read_bytes())
            except OSError:
                raise SetupError("lock_file_missing", name=name) from None
        return total.hexdigest()

    def packages(self) -> list[str]:
        """Return the folder names of the packages that lie in the environment, sorted."""
        return sorted(found.name for found in self._site().glob("*.dist-info"))

    def current(self, part: str) -> bool:
        """Tell whether ``part`` was installed whole from these lock files and still lies there."""
        if self.marker.exists() or not self.usable():
            return False
        try:
            digest, *recorded = self.stamp(part).read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return False
        return digest == self.digest(part) and set(recorded) <= set(self.packages())

    def usable(self) -> bool:
        """Tell whether the environment's Python starts and is the right version with pip."""
        code = f"import sys; sys.exit(sys.version_info[:2] != {PYTHON})"
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter
                [str(self.python), "-I", "-S", "-c", code], check=False, capture_output=True
            )
        except OSError:
            return False
        return done.returncode == 0 and (self._site() / "pip").is_dir()

    def create(self) -> None:
        """Make an empty environment, removing one that was left half-made.

        Raises:
            SetupError: it cannot be made.
        """
        if self.path.exists() and (self.marker.exists() or not self.usable()):
            with Phase(say("phase_rebuild")):
                shutil.rmtree(self.path)
        if self.path.exists():
            return
        with Phase(say("phase_venv")):
            self.path.mkdir()
            self.marker.touch()  # until install() has ended
            made = subprocess.run(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "venv", str(self.path)],
                check=False,
                capture_output=True,
                text=True,
            )
            if made.returncode != 0:
                lines = (made.stdout + made.stderr).strip().splitlines() or ["venv"]
                raise SetupError("venv_failed", path=self.path, reason=lines[-1])

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Mark the environment as incomplete until the block ends without an exception."""
        self.marker.touch()
        yield
        self.marker.unlink()

    def install(self, part: str, torch_source: str) -> None:
        """Install the packages of ``part`` and stamp it.

        Args:
            part: "runtime" or "dev".
            torch_source: where PyTorch's CPU build lies, an index address or a folder; "" = pip's
                own settings.

        Raises:
            SetupError: the network, the disk or a package is at fault.
        """
        pip = Pip(self.python, self.root / ".venv" / "install.log")
        lock = self.root / FILES[part][0]
        with self.changing():
            if part == "runtime":
                tools = self.path / ".tools.txt"
                tools.write_text(blocks(lock.read_text(encoding="utf-8"), TOOLS), encoding="utf-8")
                pip.locked(tools, say("phase_tools"), first=True)
                pip.torch(self.root / TORCH, say("phase_torch"), torch_source)
            pip.locked(lock, say(f"phase_{part}"))
            with Phase(say("phase_bytecode")):
                self._compile()
        names = "\n".join(self.packages())
        self.stamp(part).write_text(f"{self.digest(part)}\n{names}\n", encoding="utf-8")

    def _compile(self) -> None:
        """Compile all packages and rooms on every core; files that are no Python 3.11 are left.

        Where processes cannot share memory (a jail without /dev/shm) one core does it.
        """
        rooms = [str(self.root / room) for room in ROOMS if (self.root / room).is_dir()]
        for cores in ("0", "1"):
            command = [str(self.python), "-m", "compileall", "-qq", "-j", cores]
            done = subprocess.run(  # noqa: S603 - our own interpreter
                [*command, str(self._site()), *rooms], check=False, capture_output=True
            )
            if b"Traceback" not in done.stderr:
                return

    def _site(self) -> Path:
        return self.path / "lib" / f"python{PYTHON[0]}.{PYTHON[1]}" / "site-packages"


def blocks(lock: str, names: tuple[str, ...]) -> str:
    """Return the part of a lock file's text that pins ``names``, with their hashes."""
    kept: list[str] = []
    keep = False
    for line in lock.splitlines():
        if line and not line.startswith((" ", "#")):
            keep = line.partition("==")[0] in names
        if keep:
            kept.append(line)
    return "\n".join(kept) + "\n"


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the checkout's set-up lock, waiting while another ``make`` has it."""
    with (root / ".setup.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(say("waiting"), flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(root: Path, part: str, run: bool) -> None:
    """Bring the environment up to date for ``part``; silent and quick when it is.

    Raises:
        SetupError: the machine, the network or the disk will not do.
    """
    started = time.monotonic()
    environment = Environment(root)
    parts = ("runtime",) if part == "runtime" else ("runtime", "dev")
    for name in parts:
        environment.digest(name)  # a missing lock file is said before minutes are spent
    with Phase(say("phase_check")):
        fresh = not environment.stamp("runtime").exists()
        check_machine(root, os.environ, fresh=fresh, run=run)
    with only_one(root):
        stale = [name for name in parts if not environment.current(name)]
        if not stale:
            return
        environment.create()
        for name in parts:
            if not environment.current(name):
                environment.install(name, os.environ.get("TORCH_SOURCE", ""))
    print(say("ready", seconds=f"{time.monotonic() - started:.0f}"), flush=True)


def main() -> int:
    """Run the command line; return 1 with one sentence when the set-up cannot go on."""
    use_utf8()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=sorted(FILES))
    parser.add_argument("--run", action="store_true", help="the web server's port must be free")
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # without bytecode every start takes 20-30 s
    return exit_code(lambda: prepare(ROOT, arguments.part, arguments.run))


if __name__ == "__main__":
    sys.exit(main())
