"""From a message straight to its cells: (cliente, evento, whole second), one for each event."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from decoding.event_decoding import MAX_BODY, checked_name, client_named_outside, decode_hinted
from decoding.event_time import Timestamp, seconds_of

Cell = tuple[str, str, int]

CACHED_NAMES = 1 << 17
CACHED_TIMES = 1 << 16  # a minute of milliseconds
MAX_CACHED = 256  # characters; padding must not fill the memory


class _Raw(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    cliente: str | None = None
    evento: str | None = None
    # Text is looked at once for each distinct one: a time costs more than all the rest.
    timestamp: Timestamp | None = None
    metadata: Any = None


_DECODER: msgspec.json.Decoder[_Raw | list[_Raw]] = msgspec.json.Decoder(_Raw | list[_Raw])


class Read(NamedTuple):
    cells: list[Cell]
    sent: float  # time of the first event, seconds since 1970
    untyped: frozenset[str] = frozenset()  # clients of events whose type seems to be elsewhere


class CellReader:
    """
    Reads messages into cells. Not thread-safe.

    Each distinct name and timestamp is looked at once and then known, so that an event costs
    a decode and three look-ups. Whatever this does not like is decoded again by `decode_hinted`,
    which alone says what is wrong: a message means the same to both.
    """

    def __init__(self) -> None:
        self._clientes = _Clientes()
        self._eventos = _Names()
        self._seconds = _Seconds()

    def read(
        self, body: bytes, header_client: object, app_id: str | None, otherwise: float
    ) -> Read:
        """
        Return one cell for each event. *otherwise*: the time of an event that gives none.

        Raises NotCountableError, as `decode` does.
        """
        raws = self._decode(body)
        if not raws:
            return _slowly(body, header_client, app_id, otherwise)
        clientes, eventos, seconds = self._clientes, self._eventos, self._seconds
        clientes.header, clientes.app_id = header_client, app_id
        seconds.ungiven = int(otherwise)
        try:
            cells = [
                (clientes[raw.cliente], eventos[raw.evento], seconds[raw.timestamp]) for raw in raws
            ]
        except ValueError:
            return _slowly(body, header_client, app_id, otherwise)
        first = raws[0].timestamp
        return Read(cells, otherwise if first is None else _moment(first))

    @staticmethod
    def _decode(body: bytes) -> list[_Raw]:
        """Return nothing for a body that needs a closer look."""
        if len(body) > MAX_BODY:
            return []
        try:
            raws = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return []
        return raws if isinstance(raws, list) else [raws]


def _slowly(body: bytes, header_client: object, app_id: str | None, otherwise: float) -> Read:
    events, untyped = decode_hinted(body, header_client, app_id)
    times = [otherwise if e.timestamp is None else e.timestamp for e in events]
    cells = [(e.cliente, e.evento, int(t)) for e, t in zip(events, times, strict=True)]
    return Read(cells, times[0], untyped)


class _Names(dict[str | None, str]):
    """A name as it was given → as it counts."""

    def __missing__(self, given: str | None) -> str:
        if given is None:
            return self.unnamed()
        if len(given) > MAX_CACHED:
            raise ValueError("too long to be cached")
        name = checked_name("name", given)
        if len(self) >= CACHED_NAMES:
            self.clear()
        self[given] = name
        return name

    def unnamed(self) -> str:
        return "evento"


class _Clientes(_Names):
    header: object = None
    app_id: str | None = None

    def unnamed(self) -> str:
        return client_named_outside(self.header, self.app_id)


class _Seconds(dict[Timestamp | None, int]):
    """A timestamp as it was given → its whole second."""

    ungiven = 0

    def __missing__(self, given: Timestamp | None) -> int:
        if given is None:
            return self.ungiven
        if len(self) >= CACHED_TIMES:
            self.clear()
        self[given] = second = int(_moment(given))
        return second


@lru_cache(maxsize=4096)
def _moment(given: Timestamp) -> float:
    """Raises ValueError."""
    if isinstance(given, str) and len(given) > MAX_CACHED:
        raise ValueError("too long to be cached")
    return seconds_of(given)
