"""The bodies of a run: the same seed gives the same bytes, timestamps aside. No I/O."""

from __future__ import annotations

import datetime
import itertools
import random
from array import array
from collections.abc import Sequence

import msgspec

from carga.sending.clients import Client


class EventStream:
    """The events of one generator's *clients*, one after the other; *part* is its number."""

    def __init__(self, seed: int, part: int, clients: Sequence[Client], kinds: Sequence[str]):
        # Only this draws from it, once for each event, so it doesn't matter how many at a time.
        self._rng = random.Random(f"{seed} {part}")  # noqa: S311 - invented events, not secrets
        self._choices = [
            (client.number, _beginning(client.name, kind)) for client in clients for kind in kinds
        ]
        self._weights = list(
            itertools.accumulate(client.weight for client in clients for _ in kinds)
        )
        self._taken = 0

    def take(self, count: int, moment: datetime.datetime) -> tuple[array[int], list[bytes]]:
        """Return the numbers of the clients of the next events, and the events' bodies."""
        drawn = self._rng.choices(self._choices, cum_weights=self._weights, k=count)
        middle = moment.isoformat(timespec="milliseconds").removesuffix("+00:00").encode()
        middle += b'Z","metadata":{"n":'
        first, self._taken = self._taken, self._taken + count
        bodies = [b"%b%b%d}}" % (start, middle, n) for n, (_, start) in enumerate(drawn, first)]
        return array("H", [number for number, _ in drawn]), bodies


def _beginning(client: str, kind: str) -> bytes:
    known = msgspec.json.encode({"cliente": client, "evento": kind, "timestamp": ""})
    return known.removesuffix(b'"}')
