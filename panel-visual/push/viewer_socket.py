"""What asyncio's transport leaves undone for a viewer."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

RESET_ON_CLOSE = b"\1\0\0\0\0\0\0\0"  # struct linger: on, 0 s


def peer_of(out: asyncio.Transport) -> str:
    """The address of the other side; empty when it has left already."""
    peer = out.get_extra_info("peername")
    return peer[0] if peer else ""


def end_stream(out: asyncio.Transport) -> None:
    try:
        out.write_eof()
    except OSError:  # the peer has reset the connection since our last write
        out.abort()


def reset(out: asyncio.Transport) -> None:
    # A plain abort leaves what is unsent to the kernel, for minutes if the peer does not read.
    peer: socket.socket = out.get_extra_info("socket")
    with suppress(OSError):  # not every system takes an option for what the peer has reset
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    out.abort()
