"""The port: taken before anything slow begins, with a sentence for when it cannot be had."""

from __future__ import annotations

import errno
import os
import socket

from api.wording import Wording
from bot.settings import Settings


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything slow begins; raises :class:`OSError` when it is taken."""
    family, kind, proto, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, proto)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Two sockets may both be bound with SO_REUSEADDR; only one may listen.
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def port_sentence(error: OSError, settings: Settings, words: Wording) -> str:
    """Why the port cannot be had, and what to do."""
    host, port = settings.host, settings.port
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return words("start.port_taken", host=host, port=port, other=other)
    reason = error.strerror or os.strerror(error.errno or 0)
    return words("start.bad_host", host=host, port=port, reason=reason)
