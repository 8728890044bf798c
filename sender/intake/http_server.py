"""The HTTP server of the intake: Uvicorn, with the bounds, refusals and end of our services."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import h11
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from comun.web.connections import Listener
from comun.web.door import App
from comun.web.problem import raw_answer

LOG = logging.getLogger("entrada.http")
# Longer than any client keeps an idle connection, or its next request meets a closed one.
IDLE_SECONDS = 120
HEAD_BYTES = 16_384


async def serve_http(app: App, listener: Listener, stop: asyncio.Event, seconds: int) -> None:
    """Serve until *stop*, and then for at most so many *seconds* those who are being answered."""
    # It tells of every request that is none, and of every offer of another protocol.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    server = SilentServer(_config(app, listener, seconds))
    async with asyncio.TaskGroup() as parts:
        serving = parts.create_task(server.serve([listener]), name="http")
        await stop.wait()
        server.should_exit = True
        late = asyncio.get_running_loop().call_later(seconds, _cut, listener, seconds)
        await serving
        late.cancel()


class SilentServer(Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """What a signal means is the service's to say: it has more to end than this."""
        yield


class BoundedProtocol(H11Protocol):
    """Uvicorn's connection, which closes who asks nothing, and refuses with a problem."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look = self.loop.call_later(IDLE_SECONDS, self._close_if_idle, None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._look.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Is called while the error of h11 is handled, which knows the status."""
        error = sys.exception()
        status = HTTPStatus(getattr(error, "error_status_hint", HTTPStatus.BAD_REQUEST))
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(raw_answer(status, str(error)))
        self.transport.close()

    def _close_if_idle(self, before: RequestResponseCycle | None) -> None:
        """Uvicorn waits for the rest of a request's head, and for a first one, without an end."""
        if self.conn.their_state is h11.IDLE and self.cycle is before:
            self.transport.close()
        else:
            self._look = self.loop.call_later(IDLE_SECONDS, self._close_if_idle, self.cycle)


def _config(app: App, listener: Listener, seconds: int) -> Config:
    return Config(
        app,
        interface="asgi3",
        lifespan="off",
        http=BoundedProtocol,
        ws="none",
        workers=1,  # else it reads WEB_CONCURRENCY
        # Else it believes X-Forwarded-For of whoever is on this machine.
        proxy_headers=False,
        server_header=False,
        log_config=None,
        access_log=False,
        backlog=listener.bounds.accepts,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=seconds + 1,
    )


def _cut(listener: Listener, seconds: int) -> None:
    open_still = list(listener.open.values())
    LOG.warning("cutting requests that did not end in %d s: %d", seconds, len(open_still))
    for connection in open_still:
        connection.cut()
