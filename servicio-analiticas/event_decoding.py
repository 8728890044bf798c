"""From the body of a message to its events, or to the reason why it can't be counted."""

from __future__ import annotations

import codecs
import json
import math
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

import msgspec

from event_time import seconds_of_text
from packed_body import unpacked

MAX_BODY = 1024 * 1024
MAX_NAME = 64
END_OF_YEAR_9999 = 253_402_300_800
MILLISECONDS_FROM = 1e11


Timestamp = str | int | float


class Event(NamedTuple):
    cliente: str
    evento: str
    timestamp: float | None  # seconds since 1970, None when the body gives none


class NotCountableError(ValueError):
    """The message can't be counted; the text is the reason and names the field."""


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    cliente: str | None = None
    evento: str | None = None
    timestamp: Timestamp | None = None
    metadata: Any = None


class _Tolerant(msgspec.Struct):
    cliente: str | None = None
    evento: str | None = None
    timestamp: Timestamp | None = None


_Parsed = _Strict | _Tolerant
_FAST: msgspec.json.Decoder[_Strict | list[_Strict]] = msgspec.json.Decoder(_Strict | list[_Strict])


def decode(body: bytes, header_client: object = None, app_id: str | None = None) -> list[Event]:
    """
    Return the events of one message: those of an array in its order, or the only one.

    The client of an event that names none comes from *header_client* (the AMQP header
    X-Client-Name), else from *app_id*. Raises only NotCountableError, whatever the bytes.
    """
    if len(body) > MAX_BODY:
        raise NotCountableError(f"body: {len(body)} bytes, at most {MAX_BODY}")
    try:
        plain = unpacked(body, MAX_BODY)
    except ValueError as error:
        raise NotCountableError(str(error)) from None
    parsed = _parse(plain.removeprefix(codecs.BOM_UTF8))
    if not isinstance(parsed, list):
        return [_event(parsed, "", header_client, app_id)]
    if not parsed:
        raise NotCountableError("body: an empty array")
    return [_event(raw, f"[{i}].", header_client, app_id) for i, raw in enumerate(parsed)]


def _parse(body: bytes) -> _Parsed | list[Any]:
    try:
        return _FAST.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _parse_tolerantly(body)


def _parse_tolerantly(body: bytes) -> _Parsed | list[Any]:
    # Slower, and exact where msgspec is not: it would skip over junk in unknown fields, and
    # refuses lone surrogates without a word on where they are.
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise NotCountableError("JSON: nested too deeply") from None
    except ValueError as error:
        raise NotCountableError(f"JSON: {error}") from None
    try:
        return msgspec.convert(value, _Tolerant | list[_Tolerant])
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise NotCountableError(_reason(str(error))) from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _reason(error: str) -> str:
    what, _, path = error.partition(" - at `$")
    where = path.rstrip("`").removeprefix(".") or "body"
    return f"{where}: {what}"


def _event(raw: _Parsed, where: str, header_client: object, app_id: str | None) -> Event:
    try:
        evento = "evento" if raw.evento is None else _name("evento", raw.evento)
        return Event(_client(raw, header_client, app_id), evento, _seconds(raw.timestamp))
    except ValueError as error:
        raise NotCountableError(f"{where}{error}") from None


def _client(raw: _Parsed, header_client: object, app_id: str | None) -> str:
    if raw.cliente is not None:
        return _name("cliente", raw.cliente)
    return client_named_outside(header_client, app_id)


def client_named_outside(header_client: object, app_id: str | None) -> str:
    """The client of an event whose body names none. Raises ValueError."""
    if isinstance(header_client, str):
        return _name("cliente (header X-Client-Name)", header_client)
    if header_client is not None:
        raise ValueError("cliente: none in the body, and the header X-Client-Name is no string")
    if app_id:
        return _name("cliente (app_id)", app_id)
    raise ValueError("cliente: neither in the body nor in X-Client-Name nor in app_id")


def _name(field: str, given: str) -> str:
    # Only short strings are cached: padding must not fill the memory.
    return _cached_name(field, given) if len(given) <= 4 * MAX_NAME else checked_name(field, given)


def checked_name(field: str, given: str) -> str:
    """Return the name as it counts: NFC, without padding. Raises ValueError."""
    name = unicodedata.normalize("NFC", given.strip())
    if not 1 <= len(name) <= MAX_NAME:
        raise ValueError(f"{field}: {len(name)} characters, must be 1 to {MAX_NAME}")
    if not name.isprintable():  # isprintable is also False for harmless spaces: look closer
        for character in name:
            if unicodedata.category(character) in ("Cc", "Cs"):
                raise ValueError(f"{field}: control character or surrogate {character!r}")
    return name


_cached_name = lru_cache(maxsize=4096)(checked_name)


def _seconds(given: Timestamp | None) -> float | None:
    return None if given is None else seconds_of(given)


def seconds_of(given: Timestamp) -> float:
    """Seconds since 1970 of a timestamp. Raises ValueError outside the years 1970 to 9999."""
    try:
        seconds = seconds_of_text(given) if isinstance(given, str) else _from_number(given)
    except ValueError as error:
        raise ValueError(f"timestamp: {error}") from None
    if not 0 <= seconds < END_OF_YEAR_9999:
        raise ValueError("timestamp: not within the years 1970 to 9999")
    return seconds


def _from_number(given: float) -> float:
    if given < 0:
        return -math.inf  # a whole number of any length, which no float may hold
    if given < MILLISECONDS_FROM:
        return float(given)
    return given / 1000 if given < END_OF_YEAR_9999 * 1000 else math.inf
