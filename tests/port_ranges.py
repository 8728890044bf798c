"""Ports for the parts that a test starts, each process from a range of its own."""

from __future__ import annotations

import atexit
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import cycle

FIRST_PORT, PORTS_EACH, RANGES = 10_000, 1_375, 16
# Of these ports the one that browsers and Node.js never ask: https://fetch.spec.whatwg.org/#bad-port
BAD_PORT = 10_080


def free_ports(count: int) -> list[int]:
    """
    Return *count* different ports of 127.0.0.1 that nobody listens on now.

    From below those that the system gives to outgoing connections: one of these could take a
    port between now and when a part listens there, or while that part is down. Each process has
    a range of its own, and takes its ports in turn, for the same reason.
    """
    ports: list[int] = []
    while len(ports) < count:
        port = next(_ports())
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.append(port)
    return ports


@cache
def _ports() -> Iterator[int]:
    """
    Raises RuntimeError when more processes want a range than there are.

    A range is held by an abstract Unix socket, whose name is good wherever the ports are: in one
    network namespace, whatever user, container or root folder its processes have (unix(7)).
    """
    for number in range(RANGES):
        holder = socket.socket(socket.AF_UNIX)
        try:
            holder.bind(f"\0pulso-ports-{number}")
        except OSError:
            holder.close()
            continue
        atexit.register(holder.close)  # which refers to it until then
        first = FIRST_PORT + number * PORTS_EACH
        return cycle([port for port in range(first, first + PORTS_EACH) if port != BAD_PORT])
    raise RuntimeError(f"{RANGES} other test processes hold all ranges of ports")
