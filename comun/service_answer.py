"""What services that read another one's JSON have in common: its small types, and a check of it."""

from __future__ import annotations

from typing import Annotated, TypeVar

import httpx
import msgspec
from msgspec import Meta

from comun.settings import BadSettingError

Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]  # what a browser's numbers hold exactly
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Label = Annotated[str, Meta(max_length=64)]
Kind = TypeVar("Kind")


class InvalidAnswerError(ValueError):
    """Another service answered something that this one does not understand."""


def decode(kind: type[Kind], body: bytes) -> Kind:
    """Return the *kind* of answer that *body* is; raise InvalidAnswerError with the reason."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidAnswerError(f"not a valid {kind.__name__.lower()}: {error}") from error


def check_url(variable: str, text: str) -> None:
    """Raises BadSettingError where no service can be asked at *text*."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host or url.path not in ("", "/"):
        raise BadSettingError(
            f"{variable}={text[:64]!r}: expected something like http://127.0.0.1:8091"
        )
