"""What the demo clients do: invented events, and the pauses between them. No I/O."""

from __future__ import annotations

import datetime
import math
import random
from collections.abc import Mapping

import msgspec

WEIGHTS = {"vista": 12, "clic": 6, "compra": 2}
PAGES = ("/", "/ofertas", "/producto", "/carrito")
BUTTONS = ("buscar", "ver_mas", "al_carrito", "compartir")
LONGEST_GAP = 3.0  # in mean gaps


class Event(msgspec.Struct, frozen=True):
    """The event as it goes over the wire (tests/contracts/evento.json)."""

    cliente: str
    evento: str
    timestamp: str  # RFC 3339, UTC, milliseconds
    metadata: Mapping[str, str | float]


def invent(client: str, moment: datetime.datetime, rng: random.Random) -> Event:
    """Return an event of *client* that happened at *moment*, which must be in UTC."""
    (kind,) = rng.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))
    timestamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Event(client, kind, timestamp, _metadata(kind, rng))


def encode(event: Event) -> bytes:
    return msgspec.json.encode(event)


def gap(per_second: float, rng: random.Random) -> float:
    """
    Return the seconds until the next event: irregular, and on average 1 / *per_second*.

    Exponential like independent visitors, but cut off, so that a demo never seems to hang.
    """
    cut = min(rng.expovariate(1.0), LONGEST_GAP)
    return cut / (1 - math.exp(-LONGEST_GAP)) / per_second


def _metadata(kind: str, rng: random.Random) -> Mapping[str, str | float]:
    if kind == "compra":
        return {"importe": round(rng.uniform(5, 200), 2)}
    if kind == "clic":
        return {"boton": rng.choice(BUTTONS)}
    return {"pagina": rng.choice(PAGES)}
