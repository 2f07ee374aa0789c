"""Run every check in turn and sum up: ``python -m scripts.checks [NAME ...]``.

A check that fails does not hide the next ones; the exit code is 1 when any failed. What a check
prints goes straight to the terminal. The last line says how many held.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from scripts.console import say, use_utf8
from scripts.preflight import ROOT

BIN = Path(sys.executable).parent
PYTHON = sys.executable
# name -> command, in the order they run: the quick ones first
CHECKS: dict[str, list[str]] = {
    "ruff": [PYTHON, "-m", "ruff", "check", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "types": [PYTHON, "-m", "mypy"],
    # by its file: it has no module to run, and its first line breaks when the checkout is moved
    "imports": [PYTHON, str(BIN / "lint-imports"), "--no-logo"],
    "knowledge": [PYTHON, "-m", "knowledge_base", "check"],
    # a process per core; a file's tests stay together, so that they share what they build
    "tests": [PYTHON, "-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile"],
}


def run(names: list[str], checks: dict[str, list[str]], root: Path) -> int:
    """Run the named checks and print the sum.

    Args:
        names: which checks; their order is that of ``checks``.
        checks: name -> command line.
        root: folder to run them in.

    Returns:
        0 when all held, else 1.
    """
    started = time.monotonic()
    failed: list[str] = []
    for name in names:
        title = say("check_" + name)
        print(f"\n== {title}", flush=True)
        begun = time.monotonic()
        done = subprocess.run(checks[name], cwd=root, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
        if done.returncode != 0:
            failed.append(title)
        word = say("check_failed" if done.returncode else "check_passed")
        print(f"== {title}: {word}, {time.monotonic() - begun:.0f} s", flush=True)
    seconds = f"{time.monotonic() - started:.0f}"
    total = len(names)
    if failed:
        listed = "; ".join(failed)
        print(
            "\n"
            + say("checks_failed", failed=len(failed), total=total, names=listed, seconds=seconds)
        )
        return 1
    print("\n" + say("checks_passed", total=total, seconds=seconds))
    return 0


def main() -> int:
    """Run the checks named on the command line, or all."""
    use_utf8()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CHECKS))
    chosen = parser.parse_args().names
    unknown = sorted(set(chosen) - set(CHECKS))
    if unknown:
        parser.error(", ".join(unknown))
    try:
        return run([name for name in CHECKS if not chosen or name in chosen], CHECKS, ROOT)
    except KeyboardInterrupt:
        print(say("interrupted"), file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
