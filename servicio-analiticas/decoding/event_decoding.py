"""From the body of a message to its events, or to the reason why it can't be counted."""

from __future__ import annotations

import codecs
import json
import sys
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

import msgspec

from decoding.event_time import Timestamp, seconds_of
from decoding.packed_body import unpacked

MAX_BODY = 1024 * 1024
MAX_NAME = 64


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
    # Looked at only to tell what was probably meant.
    client: Any = None
    event: Any = None
    type: Any = None

    @property
    def is_untyped(self) -> bool:
        """Whether its type seems to lie where it is not looked for."""
        elsewhere = isinstance(self.event, str) or isinstance(self.type, str)
        return self.evento is None and elsewhere


_Parsed = _Strict | _Tolerant
_FAST: msgspec.json.Decoder[_Strict | list[_Strict]] = msgspec.json.Decoder(_Strict | list[_Strict])


def decode(body: bytes, header_client: object = None, app_id: str | None = None) -> list[Event]:
    """
    Return the events of one message: those of an array in its order, or the only one.

    The client of an event that names none comes from *header_client* (the AMQP header
    X-Client-Name), else from *app_id*. Raises only NotCountableError, whatever the bytes.
    """
    return decode_hinted(body, header_client, app_id)[0]


def decode_hinted(
    body: bytes, header_client: object, app_id: str | None
) -> tuple[list[Event], frozenset[str]]:
    """As `decode`; and the clients of events whose type seems to be in another field."""
    if len(body) > MAX_BODY:
        raise NotCountableError(f"body: {len(body)} bytes, at most {MAX_BODY}")
    try:
        plain = unpacked(body, MAX_BODY)
    except ValueError as error:
        raise NotCountableError(str(error)) from None
    parsed = _parse(plain.removeprefix(codecs.BOM_UTF8))
    if not isinstance(parsed, list):
        parsed, places = [parsed], [""]
    elif not parsed:
        raise NotCountableError("body: an empty array")
    else:
        places = [f"[{i}]." for i in range(len(parsed))]
    events = [
        _event(raw, where, header_client, app_id) for raw, where in zip(parsed, places, strict=True)
    ]
    untyped = frozenset(
        event.cliente
        for raw, event in zip(parsed, events, strict=True)
        if isinstance(raw, _Tolerant) and raw.is_untyped
    )
    return events, untyped


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
        raise NotCountableError(f"JSON: {_json_reason(error)}") from None
    try:
        return msgspec.convert(value, _Tolerant | list[_Tolerant])
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise NotCountableError(_reason(str(error))) from None


class _ConstantError(ValueError):
    """NaN or an infinity, which json.loads takes and JSON doesn't have."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(f"{name} is not JSON")


def _json_reason(error: ValueError) -> str:
    # Of a long number json.loads says only how to change Python: it comes from int().
    if type(error) is ValueError:
        return f"a whole number of over {sys.get_int_max_str_digits()} digits"
    return str(error)


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
    try:
        return client_named_outside(header_client, app_id)
    except ValueError as error:
        if isinstance(raw, _Tolerant) and isinstance(raw.client, str):
            raise ValueError(f"{error}; the body has 'client', is 'cliente' meant?") from None
        raise


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
