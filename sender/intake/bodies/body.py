"""Request bodies that arrive no faster than they are read, and in bounded memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus

from hypercorn.typing import ASGIReceiveCallable
from quart import Request
from quart.asgi import ASGIHTTPConnection
from quart.wrappers.request import Body

from intake.access.problem import ProblemError, too_large
from intake.bodies.room import Share

UNREAD = 64 * 1024
STALLED_SECONDS, WHOLE_SECONDS = 30.0, 120.0
DISCARD_BYTES, DISCARD_SECONDS = 16 * 1024 * 1024, 3.0


class PacedBody(Body):
    """Quart's body takes in what the client sends, read or not; this one says when to wait."""

    def __init__(self, expected_content_length: int | None, max_content_length: int | None) -> None:
        super().__init__(expected_content_length, max_content_length)
        self._moved = asyncio.Event()
        self._discarded: int | None = None  # bytes, once nobody wants the rest

    async def __anext__(self) -> bytes:
        data = await super().__anext__()
        self._moved.set()
        return data

    def append(self, data: bytes) -> None:
        if self._discarded is None:
            super().append(data)
        else:
            self._discarded += len(data)
            self._moved.set()

    def set_complete(self) -> None:
        super().set_complete()
        self._moved.set()

    async def until_room(self) -> None:
        while len(self._data) >= UNREAD:
            await self._next_move()

    async def discard(self) -> None:
        """
        Let the client finish sending, for a while: many listen for an answer only then.

        Besides, Hypercorn 0.18 can't end a request whose queue is full of a body that nobody reads.
        """
        self._discarded = len(self._data)
        self.clear()
        self._moved.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(DISCARD_SECONDS):
                while not self._complete.is_set() and self._discarded < DISCARD_BYTES:
                    await self._next_move()

    async def _next_move(self) -> None:
        self._moved.clear()
        await self._moved.wait()


class PacedRequest(Request):
    body_class = PacedBody


class PacedConnection(ASGIHTTPConnection):
    """Leaves the rest of a body to TCP's flow control while enough of it waits to be read."""

    async def handle_messages(self, request: Request, receive: ASGIReceiveCallable) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            if message["type"] == "http.request":
                request.body.append(message.get("body", b""))
                if not message.get("more_body", False):
                    request.body.set_complete()
                if isinstance(request.body, PacedBody):
                    await request.body.until_room()


async def chunks(request: Request, most: int) -> AsyncIterator[bytes]:
    """
    Yield the body as it comes.

    Raises ProblemError: 413 as soon as it has, or says that it will have, more than *most* bytes,
    408 when nothing comes for a while, or not all of it in time.
    """
    size = 0
    end = time.monotonic() + WHOLE_SECONDS
    if (request.content_length or 0) > most:
        raise too_large(most)
    while (data := await _next_data(request, end)) is not None:
        size += len(data)
        if size > most:
            raise too_large(most)
        yield data


async def read_all(chunks: AsyncIterator[bytes], share: Share) -> bytes:
    """Raises what *chunks* raise, and OverflowError when there is no room for the body."""
    body = bytearray()
    async for data in chunks:
        share.take(len(data))
        body += data
    return bytes(body)


async def _next_data(request: Request, end: float) -> bytes | None:
    try:
        async with asyncio.timeout(min(STALLED_SECONDS, end - time.monotonic())):
            return await anext(request.body, None)
    except TimeoutError:
        raise ProblemError(
            HTTPStatus.REQUEST_TIMEOUT,
            f"body: nothing came for {STALLED_SECONDS:.0f} s, or not all in {WHOLE_SECONDS:.0f}",
        ) from None
