"""Look at the machine before anything is installed; say one clear sentence when it will not do.

Run as ``python -m scripts.preflight [--run]``: exit code 0, or 1 with the sentence on standard
error. Standard library only, and it parses on Python 3.7, so that a wrong Python can be named.
"""

from __future__ import annotations

import argparse
import errno
import importlib.util
import os
import platform
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from scripts.console import SetupError, use_utf8

ROOT = Path(__file__).resolve().parent.parent
PYTHON = (3, 11)  # Rasa 3.6.21 does not work on newer ones, our code not on older ones
DISK_FRESH_GB = 4.0  # measured: 2.6 GB environment, 0.8 GB of downloads while it is made
DISK_READY_GB = 0.3  # models, index and an empty database
GLIBC = (2, 28)  # what the wheels of torch and numpy are built for
MACHINES = ("x86_64", "amd64", "aarch64", "arm64")
X86_FLAGS = ("popcnt", "sse4_2", "ssse3")  # part of x86-64-v2, which NumPy 2.4 is built for
DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", "8000"  # as in bot/settings.py; a test compares them


def read_setting(name: str, default: str, environment: Mapping[str, str], root: Path) -> str:
    """Return a setting as the program will see it: the environment, then ``.env``, then default."""
    if environment.get(name):
        return environment[name]
    try:
        lines = (root / ".env").read_text(encoding="utf-8").splitlines()
    except OSError:
        return default
    for line in lines:
        key, sign, value = line.partition("=")
        if sign and key.replace("export ", "").strip().upper() == name:
            return value.strip().strip("'\"") or default
    return default


def check_python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> None:
    """Raise ``SetupError`` unless this is Python 3.11."""
    if version[:2] != PYTHON:
        shown = ".".join(str(part) for part in version)
        raise SetupError("python_version", executable=sys.executable, version=shown)


def check_venv() -> None:
    """Raise ``SetupError`` when Python cannot make an environment (Debian packs that apart)."""
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise SetupError("venv_missing")


def check_system(system: str, machine: str, libc: tuple[str, str], cpuinfo: str) -> None:
    """Raise ``SetupError`` on a system or processor that the compiled packages do not run on.

    Args:
        system: as ``platform.system()`` gives it.
        machine: as ``platform.machine()`` gives it.
        libc: as ``platform.libc_ver()`` gives it, for example ``("glibc", "2.36")``.
        cpuinfo: the text of ``/proc/cpuinfo``; "" where there is none.
    """
    if system != "Linux" or machine.lower() not in MACHINES:
        raise SetupError("system", system=system, machine=machine)
    name, version = libc
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if name != "glibc" or numbers < GLIBC:
        raise SetupError("libc", libc=f"{name} {version}".strip() or "musl")
    flags = next((line for line in cpuinfo.splitlines() if line.startswith("flags")), "")
    if flags and machine.lower() in ("x86_64", "amd64"):
        missing = [flag for flag in X86_FLAGS if flag not in flags.split()]
        if missing:
            raise SetupError("cpu_flags", flags=", ".join(missing))


def check_disk(path: Path, needed_gb: float) -> None:
    """Raise ``SetupError`` when the disk that holds ``path`` has less than ``needed_gb`` free."""
    free = shutil.disk_usage(existing(path)).free / 1e9
    if free < needed_gb:
        raise SetupError("disk", path=path, free=f"{free:.1f}", needed=f"{needed_gb:.1f}")


def existing(path: Path) -> Path:
    """Return ``path`` or the nearest folder above it that exists."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def check_writable(path: Path, key: str) -> None:
    """Raise ``SetupError(key)`` unless files can be made in ``path`` (made here if missing)."""
    probe = path / f".write-test-{os.getpid()}"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise SetupError(key, path=path, reason=error.strerror or error) from None


def check_port(host: str, port: str) -> None:
    """Raise ``SetupError`` when a web server could not listen on ``host``:``port``."""
    if not port.isdigit() or not 1 <= int(port) <= 65535:
        raise SetupError("port_number", port=port)
    number = int(port)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = number + 1 if number < 65535 else int(DEFAULT_PORT)
            raise SetupError("port_taken", host=host, port=number, other=other) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            raise SetupError("port_forbidden", port=number) from None
        raise SetupError("host_unknown", host=host) from None


def check_machine(root: Path, environment: Mapping[str, str], fresh: bool, run: bool) -> None:
    """Check everything that can be known before installing; the first fault is raised.

    Args:
        root: the program's folder.
        environment: environment variables.
        fresh: the Python environment is still to be made, which needs room on the disk.
        run: the web server will be started, so its port has to be free.
    """
    check_python()
    check_venv()
    try:
        cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        cpuinfo = ""
    check_system(platform.system(), platform.machine(), platform.libc_ver(), cpuinfo)
    data_dir = Path(read_setting("DATA_DIR", str(root / ".data"), environment, root))
    check_writable(root, "environment_dir")
    check_writable(data_dir, "data_dir")
    check_disk(root, DISK_FRESH_GB if fresh else DISK_READY_GB)
    check_disk(data_dir, DISK_READY_GB)
    if run:
        host = read_setting("HOST", DEFAULT_HOST, environment, root)
        check_port(host, read_setting("PORT", DEFAULT_PORT, environment, root))


def main() -> int:
    """Check this machine; print the sentence and return 1 when it will not do."""
    use_utf8()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", action="store_true", help="the web server's port must be free")
    arguments = parser.parse_args()
    fresh = not (ROOT / ".venv" / "bin" / "python").exists()
    try:
        check_machine(ROOT, os.environ, fresh, arguments.run)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
