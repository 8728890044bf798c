"""The intake's server with applications that do what the intake's own hardly ever does."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from comun.web.connections import Bounds, Listener, listening
from comun.web.door import App, Receive, Scope, Send
from intake import http_server
from intake.access.admission import Admission
from intake.delivery import Delivery
from intake.http import IntakeApp
from intake.http_server import serve_http

LIMIT = 20  # seconds, for what takes a moment
HEAD = (
    b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.9.9.9\r\nContent-Length: 1\r\n\r\n"
)


class Seen:
    """An application that tells whom it saw, and reads what there is."""

    def __init__(self) -> None:
        self.clients: list[str] = []
        self.bodies: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.clients.append(scope["client"][0])
        while True:
            message = await receive()
            self.bodies.append(message["type"])
            if not message.get("more_body"):
                break
        if message["type"] == "http.request":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})


@asynccontextmanager
async def served(app: App, stop: asyncio.Event, seconds: int = 1) -> AsyncIterator[int]:
    """Its port, while *app* is served; at the end it is stopped."""
    plain = listening("127.0.0.1", 0)
    port = plain.getsockname()[1]
    bounded = Listener(plain.detach(), Bounds(connections=16, accepts=4), logging.getLogger("test"))
    async with asyncio.timeout(LIMIT), asyncio.TaskGroup() as parts:
        parts.create_task(serve_http(app, bounded, stop, seconds))
        yield port
        stop.set()


async def test_who_asks_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word, or with half a head; not who is sending a body."""
    monkeypatch.setattr(http_server, "IDLE_SECONDS", 0.1)
    async with served(Seen(), asyncio.Event()) as port:
        pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        for (_, writer), sent in zip(pairs, (b"", b"POST / HT", HEAD + b"x", HEAD), strict=True):
            writer.write(sent)
        assert [await reader.read() for reader, _ in pairs[:2]] == [b"", b""]
        assert b"204" in await pairs[2][0].read()  # until it, too, asked nothing more

        pairs[3][1].write(b"x")
        assert b"204" in await pairs[3][0].read()
        for _, writer in pairs:
            writer.close()


async def test_a_stop_ends_requests_without_an_end(caplog: pytest.LogCaptureFixture) -> None:
    """They are cut, which is one line in the log, and no error."""
    app, stop = Seen(), asyncio.Event()
    async with served(app, stop) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD)
        await until(lambda: bool(app.clients))
        stop.set()
        assert await reader.read() == b""
        writer.close()

    assert app.bodies[-1] == "http.disconnect"
    assert [record.levelname for record in caplog.records if "requests" in record.msg] == [
        "WARNING"
    ]
    assert "Traceback" not in caplog.text


async def test_nobody_says_who_he_is() -> None:
    """The client of a request is who connected, whatever its headers say."""
    app = Seen()
    async with served(app, asyncio.Event()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD + b"x")
        await reader.readline()
        writer.close()

    assert app.clients == ["127.0.0.1"]


async def test_an_error_of_ours_is_a_problem(caplog: pytest.LogCaptureFixture) -> None:
    """It is answered as what one may try again, the connection goes on, and the log has it all."""
    broken = IntakeApp(cast("Admission", None), cast("Delivery", None))
    asked = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with served(broken, asyncio.Event()) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(asked)
            told = await heard(reader)
        writer.close()

    assert told["status"] == 503
    assert "an error of this service" in told["detail"]
    assert "AttributeError" in caplog.text


async def heard(reader: asyncio.StreamReader) -> dict[str, Any]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert "application/problem+json" in head
    length = int(head.partition("content-length: ")[2].split()[0])
    return dict(json.loads(await reader.readexactly(length)))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - `served` limits it
        await asyncio.sleep(0.01)
