"""Write the lock files from the hand-kept lists of names and versions: ``make lock``.

``requirements.in`` -> ``requirements.lock``, ``requirements-dev.in`` -> ``requirements-dev.lock``.
Dependencies are not followed: the lists name every package, because Rasa's own version limits are
set aside (docs/adr/0001). Each version gets the SHA-256 of all of its files on the registry, so
the same lock serves x86_64 and aarch64. No address is written.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = {"requirements.in": "requirements.lock", "requirements-dev.in": "requirements-dev.lock"}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;#\\]+)")
HEADER = "# Made by `make lock` from {source}; change that file, not this one.\n"


def pins(text: str) -> dict[str, str]:
    """Return the pinned packages of a list or lock: lower-case name with dashes -> version."""
    found = (PIN.match(line) for line in text.splitlines())
    return {
        re.sub(r"[-_.]+", "-", match["name"]).lower(): match["version"] for match in found if match
    }


def lock(source: Path, target: Path) -> int:
    """Write ``target`` with the hashes of everything pinned in ``source``; return how many.

    Raises:
        RuntimeError: the resolver failed, a pin has no hash, or the result has an address in it.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-config"]
    command += ["--no-deps", "--generate-hashes", "--python-version", "3.11"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", str(source)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    wanted, got = pins(source.read_text(encoding="utf-8")), pins(done.stdout)
    if wanted != got:
        raise RuntimeError(f"{source.name}: {sorted(wanted.items() ^ got.items())}")
    if "://" in done.stdout:
        raise RuntimeError(f"{source.name}: an address would be written")
    target.write_text(HEADER.format(source=source.name) + done.stdout, encoding="utf-8")
    return len(got)


def main() -> None:
    """Write both lock files."""
    for source, target in LISTS.items():
        count = lock(ROOT / source, ROOT / target)
        print(f"{target}: {count} packages")


if __name__ == "__main__":
    main()
