"""A place that one process at a time works on.

``scripts/environment.py`` waits in the same way by itself: in an image it runs before the rooms are
there.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(lock: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock file against other processes; a holder that is killed lets go.

    Args:
        lock: the file; it is made, and so is its folder.
        waiting: called once where another process holds it, before that one is waited for.

    Raises:
        OSError: the file cannot be written.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
