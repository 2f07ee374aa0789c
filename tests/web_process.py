"""The scripted web of :mod:`tests.web_server` in a process of its own, for tests that kill it.

python -m tests.web_process CONNINFO PORT
"""

from __future__ import annotations

import sys
import time

from tests.mailroom import FAST
from tests.web_server import WebServer


def main(conninfo: str, port: int) -> None:
    """Serve until killed."""
    server = WebServer(conninfo, port=port, timing=FAST)
    server.start()
    print("ready", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
