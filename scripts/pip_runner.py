"""Run pip in the new environment, count its packages as progress, and read its failures.

Every package but PyTorch is installed with hashes and without following dependencies: the lock
names them all, and Rasa's own version limits are known to be wrong for this set (docs/adr/0001).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from scripts.console import Phase, SetupError, say

NETWORK_SIGNS = (
    "NewConnectionError",
    "ConnectTimeout",
    "ReadTimeout",
    "ProxyError",
    "SSLError",
    "RemoteDisconnected",
    "Connection aborted",
    "Could not fetch URL",
    "Temporary failure in name resolution",
    "Network is unreachable",
)
# Settings of the person's own pip or Python that would install somewhere else or slow every start.
DROPPED = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_TARGET",
    "PIP_USER",
)
COMMON = (
    "--no-deps",
    "--no-compile",  # bytecode is compiled afterwards, on all cores
    "--progress-bar=off",
    "--root-user-action=ignore",
)


class Pip:
    """pip of one environment.

    Args:
        python: the environment's interpreter.
        log: file that everything pip prints is appended to.
    """

    def __init__(self, python: Path, log: Path) -> None:
        """Remember the interpreter and the log."""
        self.python = python
        self.log = log

    def locked(self, lock: Path, title: str, first: bool = False) -> None:
        """Install exactly what the lock file names, hashes checked.

        Args:
            lock: file of ``name==version`` with hashes.
            title: what the phase is called.
            first: nothing was fetched before, so a silent network is found out quickly.

        Raises:
            SetupError: which says what is at fault.
        """
        total = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
        arguments = ["--require-hashes", "--ignore-requires-python", "-r", str(lock)]
        if first:
            arguments += ["--retries=1", "--timeout=20"]
        else:
            arguments.append("--no-build-isolation")
        self._install(arguments, title, total, lock.name)

    def torch(self, requirement: Path, title: str, source: str) -> None:
        """Install PyTorch's CPU build, which is not on the common registry, so has no hash here.

        Args:
            requirement: file with the one line that pins it.
            title: what the phase is called.
            source: an index address or a folder with the wheel; "" = pip's own settings.

        Raises:
            SetupError: which says what is at fault.
        """
        arguments = ["-r", str(requirement)]
        if source:
            folder = Path(source).expanduser()
            arguments += (
                ["--no-index", f"--find-links={folder}"]
                if folder.is_dir()
                else [f"--index-url={source}"]
            )
        self._install(arguments, title, 1, requirement.name)

    def _install(self, arguments: list[str], title: str, total: int, name: str) -> None:
        command = [str(self.python), "-m", "pip", "install", *COMMON, *arguments]
        environment = {k: v for k, v in os.environ.items() if k not in DROPPED}
        environment.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1", LC_ALL="C.UTF-8")
        output: list[str] = []
        done = 0
        with Phase(title) as phase, self.log.open("a", encoding="utf-8") as log:
            log.write(f"\n# {title}\n")
            with subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
            ) as process:
                for line in process.stdout or ():
                    log.write(line)
                    output.append(line)
                    done += line.startswith(("Collecting ", "Requirement already satisfied"))
                    installing = line.startswith("Installing collected packages")
                    phase.update(
                        say("unpacking")
                        if installing
                        else say("packages", done=min(done, total), total=total)
                    )
            if process.returncode != 0:
                raise failure("".join(output), name, self.log)


def failure(output: str, name: str, log: Path) -> SetupError:
    """Return the error whose sentence fits what pip printed.

    Args:
        output: all that pip printed.
        name: the requirement file it was installing.
        log: where the person can read more.
    """
    if "No space left on device" in output:
        return SetupError("disk_full")
    if "DO NOT MATCH THE HASHES" in output:
        return SetupError("hash_mismatch", name=name, log=log)
    if any(sign in output for sign in NETWORK_SIGNS):
        return SetupError("network")
    for line in output.splitlines():
        if "No matching distribution found for torch==" in line:
            return SetupError("torch_missing", requirement=line.split("for ", 1)[1].split(" ")[0])
    errors = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    reason = errors[-1][len("ERROR: ") :].strip() if errors else "pip"
    return SetupError("pip_failed", reason=reason.rstrip("."), log=log)
