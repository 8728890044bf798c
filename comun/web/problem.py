"""What is wrong with a request, as RFC 9457 tells it."""

from __future__ import annotations

import random
from http import HTTPStatus
from typing import Any, TypeAlias

import msgspec

TYPE = "application/problem+json"
SOONEST, LATEST = 5, 15  # seconds

# Of ASGI: what a request is, where its answer goes
Scope: TypeAlias = Any
Send: TypeAlias = Any


def problem_body(status: HTTPStatus, detail: str | None, **further: Any) -> bytes:
    """*further* are members of the problem besides the standard's own."""
    fields = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    return msgspec.json.encode(fields | further)


async def answer(scope: Scope, send: Send, status: HTTPStatus, detail: str) -> None:
    """Answer a request of ASGI, or a handshake, with a problem, and end its connection."""
    # `websocket.close` would be an empty 403, whatever the reason (ASGI, "Denial Response").
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    body = problem_body(status, detail)
    told = [
        (b"content-type", TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        told.append((b"retry-after", str(come_again_in()).encode()))
    await send({"type": f"{kind}.start", "status": int(status), "headers": told})
    await send({"type": f"{kind}.body", "body": body})


def raw_answer(status: HTTPStatus, detail: str, retry_after: int | None = None) -> bytes:
    """An answer as it goes out over HTTP/1.1, for who asked nothing yet."""
    body = problem_body(status, detail)
    later = () if retry_after is None else (f"Retry-After: {retry_after}",)
    lines = (
        f"HTTP/1.1 {int(status)} {status.phrase}",
        *later,
        "Connection: close",
        f"Content-Type: {TYPE}",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def come_again_in() -> int:
    """
    Seconds, for `Retry-After`: refusing costs too, so a crowd had better come seldom.

    By lot, or all who were refused in one moment would come back in one.
    """
    return random.randint(SOONEST, LATEST)  # noqa: S311
