from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable


def unusable_ports(ports: Iterable[tuple[str, int]], address: str = "127.0.0.1") -> list[str]:
    """One sentence for each port of *address* that we can't listen on, by the variable's name."""
    return [
        f"Port {port} {reason}: set {variable} in .env to another one."
        for variable, port in ports
        if (reason := _why_not(address, port))
    ]


def _why_not(address: str, port: int) -> str | None:
    try:
        socket.create_server((address, port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return "is in use by another program"
        return f"can't be used ({os.strerror(error.errno or 0)})"
    return None
