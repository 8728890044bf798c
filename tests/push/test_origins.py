"""Pages of others, through the real proxy."""

from __future__ import annotations

import asyncio

import pytest

from tests.chain_stack import Chain
from tests.push.raw_viewer import Way

ACCEPTED = [
    "",
    "Origin: http://127.0.0.1:{port}\r\n",
    "Origin: http://localhost:{port}\r\n",
    "Origin: http://[::1]:{port}\r\n",
    "Origin: https://localhost:{port}\r\n",
]
REFUSED = {
    "another site": "http://evil.example",
    "sandboxed": "null",
    "empty": "",
    "our name as a subdomain": "http://localhost:{port}.evil.example",
    "our name as a prefix": "http://localhost.evil.example:{port}",
    "our name as a suffix": "http://evil-localhost:{port}",
    "our name as a user": "http://localhost:{port}@evil.example",
    "another port": "http://localhost:1",
    "no port": "http://localhost",
    "another scheme": "ftp://localhost:{port}",
    "a path": "http://localhost:{port}/",
    "upper case": "HTTP://LOCALHOST:{port}",
    "two in one": "http://localhost:{port}, http://evil.example",
    "two headers": "http://localhost:{port}\r\nOrigin: http://evil.example",
    "a local file": "file://",
    "this machine by another address": "http://127.0.0.2:{port}",
}


async def status(way: Way, headers: str) -> int:
    """Return the status of a handshake's answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
    writer.write(way.handshake(headers))
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    return int(line.split()[1])


@pytest.mark.parametrize("headers", ACCEPTED, ids=lambda text: text.strip() or "no Origin")
async def test_own_pages_and_programs_may_watch(chain: Chain, way: Way, headers: str) -> None:
    """The port is the one that browsers see: Traefik's."""
    assert await status(way, headers.format(port=chain.routes.web_port)) == 101


@pytest.mark.parametrize("origin", REFUSED.values(), ids=REFUSED.keys())
async def test_others_may_not(chain: Chain, way: Way, origin: str) -> None:
    """Whatever resembles an allowed origin is another one, with or without the proxy."""
    headers = f"Origin: {origin}\r\n".format(port=chain.routes.web_port)

    assert await status(way, headers) == 403
