"""When a viewer had what it reads, however late it reads it."""

import asyncio
import random
import socket
import time

import pytest

from carga.viewers.coming_back import NO_CLOSE, wait_before
from carga.viewers.stamped_socket import StampedSocket, connected_socket
from carga.wire.clock import RunClock
from carga.wire.messages import TICKS, Begin
from tests.port_ranges import free_ports

LATE = 0.05


class Reader(asyncio.BufferedProtocol):
    """Reads as a viewer does, and notes how long that was here."""

    def __init__(self, sock: StampedSocket) -> None:
        self.sock, self.buffer = sock, bytearray(100)
        self.reads: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()

    def get_buffer(self, sizehint: int) -> memoryview:
        return memoryview(self.buffer)

    def buffer_updated(self, nbytes: int) -> None:
        self.reads.put_nowait((bytes(self.buffer[:nbytes]), self.sock.waited))


async def test_reader_that_is_late() -> None:
    """A process that was busy with others knows since when the bytes have been there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = await connected_socket(*listener.getsockname())
        transport, reader = await asyncio.get_running_loop().create_connection(
            lambda: Reader(sock), sock=sock
        )
        peer, _ = listener.accept()
        with peer:
            # Linux switches stamping on in a work queue, a moment after the first socket asked.
            for _ in range(50):
                peer.sendall(b"push")
                time.sleep(LATE)  # noqa: ASYNC251 - nobody else gets a turn, which is the point
                data, waited = await reader.reads.get()
                if waited:
                    break
        transport.close()

    assert data == b"push"
    assert LATE <= waited < LATE + 1


async def test_without_stamps() -> None:
    """Where the kernel tells nothing, what is read has just come."""
    ours, peer = socket.socketpair()
    with StampedSocket(fileno=ours.detach()) as sock, peer:
        peer.sendall(b"push")

        assert sock.recv_into(bytearray(10)) == 4
        assert sock.waited == 0


async def test_nobody_answers() -> None:
    """A closed port is an OSError, as of any connection."""
    (port,) = free_ports(1)

    with pytest.raises(ConnectionRefusedError):
        await connected_socket("127.0.0.1", port)


def test_clock_looks_back() -> None:
    """A moment that was some time ago has that many ticks less."""
    clock = RunClock()
    clock.begin(Begin(time.monotonic() - 10, 0))

    assert clock.ticks() - clock.ticks(2.0) == pytest.approx(2000 * TICKS, abs=100)


@pytest.mark.parametrize(
    ("code", "attempt", "least", "most"),
    [
        (NO_CLOSE, 0, 0, 0),
        (NO_CLOSE, 3, 0, 2),
        (1012, 3, 0, 8),
        (1012, 9, 0, 30),
        (1013, 0, 5, 10),
        (1013, 9, 60, 60),
        (4008, 5, 1, 5),
    ],
)
def test_coming_back(code: int, attempt: int, least: int, most: int) -> None:
    """The waits are those that docs/websocket.md asks for."""

    class Edge(random.Random):
        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

        def uniform(self, a: float, b: float) -> float:
            return a + self.share * (b - a)

    assert wait_before(code, attempt, Edge(0)) == least
    assert wait_before(code, attempt, Edge(1)) == most
