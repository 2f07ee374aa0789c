"""Ask this machine's web server whether it is up: exit code 0 or 1. For Docker's HEALTHCHECK."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

TIMEOUT = 4.0  # seconds; below the time-out in the Dockerfile


def healthy(port: str) -> bool:
    """Tell whether ``/health`` on ``port`` of this machine answers 200 within ``TIMEOUT``."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{int(port)}/health", timeout=TIMEOUT) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False


if __name__ == "__main__":
    sys.exit(0 if healthy(os.environ.get("PORT") or "8000") else 1)
