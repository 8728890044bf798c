"""Connections that were accepted only to be closed."""

from __future__ import annotations

import os
import random
import socket
from contextlib import suppress

SOONEST, LATEST = 5, 15  # seconds
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: %d\r\nConnection: close\r\n"
    b"Content-Type: application/problem+json\r\nContent-Length: 108\r\n\r\n"
    b'{"type":"about:blank","title":"Service Unavailable","status":503,'
    b'"detail":"too many connections; try again"}'
)


def come_again_in() -> int:
    """
    Seconds, for `Retry-After`: refusing costs too, so a crowd had better come seldom.

    By lot, or all who were refused in one moment would come back in one.
    """
    return random.randint(SOONEST, LATEST)  # noqa: S311


def has_left(plain: socket.socket) -> bool:
    """Whether the client hung up while it waited to be accepted."""
    try:
        return not plain.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def refuse(plain: socket.socket) -> None:
    with plain, suppress(OSError):
        plain.setblocking(False)
        plain.send(REFUSAL % come_again_in())
        plain.shutdown(socket.SHUT_WR)
        plain.recv(65_536)  # what lies unread at the close may cost the client the answer


def spare_file() -> int | None:
    """A descriptor to give up when there is none left, so that somebody can be turned away."""
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return None
