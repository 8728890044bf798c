"""Connections that were accepted only to be closed."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def has_left(plain: socket.socket) -> bool:
    """Whether the client hung up while it waited to be accepted."""
    try:
        return not plain.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def refuse(plain: socket.socket, answer: bytes) -> None:
    with plain, suppress(OSError):
        plain.setblocking(False)
        plain.send(answer)
        plain.shutdown(socket.SHUT_WR)
        plain.recv(65_536)  # what lies unread at the close may cost the client the answer


def spare_file() -> int | None:
    """A descriptor to give up when there is none left, so that somebody can be turned away."""
    try:
        return os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return None
