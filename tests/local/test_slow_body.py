"""What Traefik answers for a body that takes longer than it reads."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from parts.proxy import Routes, proxy_command, proxy_environment
from tests.port_ranges import free_ports
from tests.stack import Part, answers

READ_TIMEOUT = "TRAEFIK_ENTRYPOINTS_WEB_TRANSPORT_RESPONDINGTIMEOUTS_READTIMEOUT"


@pytest.mark.parametrize(
    "body", [b"Content-Length: 9\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"]
)
def test_a_body_that_comes_too_slowly_is_408(tmp_path: Path, body: bytes) -> None:
    """Clients know that they may send it again; of an unknown 499 they don't."""
    routes = Routes(*free_ports(6))
    environment = proxy_environment(routes, os.environ)
    environment[READ_TIMEOUT] = "1s"
    start = f"http://127.0.0.1:{routes.web_port}/"
    traefik = Part("traefik", proxy_command(), environment, tmp_path, lambda _: answers(start, 302))
    try:
        traefik.start()
        with socket.create_connection(("127.0.0.1", routes.web_port), timeout=20) as slow:
            slow.sendall(b"POST /eventos HTTP/1.1\r\nHost: 127.0.0.1\r\n" + body)
            answer = slow.recv(65536)
    finally:
        traefik.kill()

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"X-Content-Type-Options: nosniff\r\n" in answer
