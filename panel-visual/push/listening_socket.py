"""The sockets that this process listens on."""

from __future__ import annotations

import socket

UNACKED_MS = 20_000  # how long the kernel keeps a peer that acknowledges nothing
BACKLOG = 4096


def listen(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket; raise OSError if that address can't be had."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    # The protocol is named, because asyncio sets TCP_NODELAY on accepted sockets only if it is.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted sockets inherit it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKED_MS)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def buffer_little(listener: socket.socket) -> None:
    """
    Let sockets accepted from here take no more than what is about to leave.

    The kernel would buffer megabytes for a viewer that does not read; like this, it is seen.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Linux; accepted sockets inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, 4096)
