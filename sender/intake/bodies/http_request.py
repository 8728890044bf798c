"""A request over HTTP, whose body is taken from the server as it is read, and no sooner."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus

from werkzeug.datastructures import Headers

from comun.web.door import Receive, Scope
from intake.access.problem import ProblemError, too_large
from intake.bodies.room import Share

STALLED_SECONDS, WHOLE_SECONDS = 30.0, 120.0
DISCARD_BYTES, DISCARD_SECONDS = 16 * 1024 * 1024, 3.0


class ClientGoneError(Exception):
    """Nobody waits for an answer any more."""


class Request:
    """The head of a request of ASGI, and its body part by part."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.peer = str((scope.get("client") or ("",))[0])
        self.headers = Headers(
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        )
        self._receive, self._more = receive, True
        self._held_back = self.headers.get("Expect", "").lower() == "100-continue"

    @property
    def has_two_lengths(self) -> bool:
        """Whether another program may have read its end elsewhere (RFC 9112, section 6.1)."""
        return {"Transfer-Encoding", "Content-Length"} <= {name.title() for name, _ in self.headers}

    async def chunks(self, most: int) -> AsyncIterator[bytes]:
        """
        Yield the body as it comes.

        Raises ProblemError: 413 as soon as it has, or says that it will have, more than *most*
        bytes, 408 when nothing comes for a while, or not all of it in time. Raises
        ClientGoneError.
        """
        size = 0
        end = time.monotonic() + WHOLE_SECONDS
        if int(self.headers.get("Content-Length", 0)) > most:
            raise too_large(most)
        while self._more:
            data = await self._next_in_time(end)
            size += len(data)
            if size > most:
                raise too_large(most)
            yield data

    async def finish(self) -> bool:
        """
        Let the client finish sending, for a while: many listen for an answer only then.

        Returns whether it has. Else what still comes of the body must not be taken for the next
        request. A client that waits to be asked for its body is not asked for it now. Raises
        ClientGoneError.
        """
        size = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_SECONDS):
                while self._more and not self._held_back and size < DISCARD_BYTES:
                    size += len(await self._next())
        return not self._more

    async def _next_in_time(self, end: float) -> bytes:
        try:
            async with asyncio.timeout(min(STALLED_SECONDS, end - time.monotonic())):
                return await self._next()
        except TimeoutError:
            raise ProblemError(
                HTTPStatus.REQUEST_TIMEOUT,
                f"body: nothing came for {STALLED_SECONDS:.0f} s, or not all in"
                f" {WHOLE_SECONDS:.0f}",
            ) from None

    async def _next(self) -> bytes:
        self._held_back = False  # reading is what asks for it
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        self._more = message.get("more_body", False)
        data: bytes = message.get("body", b"")
        return data


async def read_all(chunks: AsyncIterator[bytes], share: Share) -> bytes:
    """Raises what *chunks* raise, and OverflowError when there is no room for the body."""
    body = bytearray()
    async for data in chunks:
        share.take(len(data))
        body += data
    return bytes(body)
