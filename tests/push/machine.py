"""What the kernel knows of processes and connections, and cutting a cable without being root."""

from __future__ import annotations

import ctypes
import resource
import socket
import struct
from collections.abc import Collection
from pathlib import Path

MB = 1024 * 1024
SO_ATTACH_FILTER = 26
ESTABLISHED, TIME_WAIT = 1, 6


def allow_many_files() -> None:
    """Raise this process's limit, which the parts that it starts inherit, as far as it goes."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def resident(pid: int) -> float:
    """MB of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MB


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def server_sockets(port: int, peers: Collection[int]) -> dict[int, int]:
    """Return the TCP state, by the peer's port, of what a server on *port* holds for *peers*."""
    found = {}
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, state = line.split()[:4]
        peer = int(remote.partition(":")[2], 16)
        if int(local.partition(":")[2], 16) == port and peer in peers:
            found[peer] = int(state, 16)
    return {peer: state for peer, state in found.items() if state != TIME_WAIT}


def pull_cable(connected: socket.socket) -> None:
    """
    Drop whatever arrives for this socket, before TCP sees it.

    Nothing is acknowledged or answered any more, as if the cable were pulled. (A socket filter
    that returns 0: it needs no rights, unlike iptables, and concerns no one else.)
    """
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HL", 1, ctypes.addressof(drop_all))
    connected.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def reset_on_close(connected: socket.socket) -> None:
    """Let a close leave nothing behind in the kernel."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
