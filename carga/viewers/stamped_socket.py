"""A socket that knows when the kernel had what is read from it."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SO_TIMESTAMPNS = 35  # of Linux, where its name is not in Python; also the type of its answer
STAMP = struct.Struct("@qq")  # struct timespec
SPACE = socket.CMSG_SPACE(STAMP.size)


class StampedSocket(socket.socket):
    """
    `waited` says how many seconds the bytes last read had been here, 0 where nobody tells.

    A process that reads a thousand sockets comes to the last of them late. That is its own
    slowness, and none of a viewer's: each of those has a machine of its own.
    """

    waited = 0.0

    def stamp(self) -> None:
        """Ask the kernel to note arrivals from now on."""
        if sys.platform == "linux":
            self.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """As any socket's: this is what asyncio's transports read by."""
        view = memoryview(buffer)
        size, notes, _, _ = self.recvmsg_into([view[:nbytes] if nbytes else view], SPACE, flags)
        self.waited = _age(notes[0][2]) if notes else 0.0
        return size


async def connected_socket(host: str, port: int) -> StampedSocket:
    """Connect to the first address of *host* that answers. Raises OSError."""
    loop = asyncio.get_running_loop()
    problem: OSError | None = None
    for family, kind, protocol, _, address in await loop.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        found = StampedSocket(family, kind, protocol)
        found.setblocking(False)
        try:
            await loop.sock_connect(found, address)
        except OSError as error:
            problem = error
            found.close()
        except BaseException:
            found.close()
            raise
        else:
            found.stamp()
            return found
    raise problem or OSError(f"{host} has no address")


def _age(note: bytes) -> float:
    seconds: int
    nanoseconds: int
    seconds, nanoseconds = STAMP.unpack(note)
    # The kernel's clock is the wall's, which somebody may have set meanwhile.
    return max((time.time_ns() - seconds * 1_000_000_000 - nanoseconds) / 1e9, 0.0)
