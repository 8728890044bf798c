"""Requests as the bytes that a client library would not send."""

from __future__ import annotations

import socket


def raw(port: int, request: str) -> tuple[int, str]:
    """Send *request* as it is; return the status of the answer and all of it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = b""
        while data := connection.recv(65_536):
            answer += data
    text = answer.decode(errors="replace")
    return int(text.split()[1]), text


def get(port: int, path: str, *headers: str) -> tuple[int, str]:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    return raw(port, "\r\n".join(lines) + "\r\n\r\n")
