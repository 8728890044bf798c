"""The bodies of a run: the same seed gives the same bytes, timestamps aside. No I/O."""

from __future__ import annotations

import datetime
import itertools
import random
from array import array
from collections.abc import Sequence

import msgspec

from carga.sending.clients import Client
from carga.wire.messages import NUMBER

CYCLE = 1 << 20  # events, after which a stream begins again with its first


class EventStream:
    """
    The events of one generator's *clients*, one after the other; *part* is its number.

    They are drawn once and repeated: drawing one costs seven times what repeating it does.
    """

    def __init__(
        self,
        seed: int,
        part: int,
        clients: Sequence[Client],
        kinds: Sequence[str],
        cycle: int = CYCLE,
    ) -> None:
        # Only this draws from it, once for each event, so it doesn't matter how many at a time.
        self._rng = random.Random(f"{seed} {part}")  # noqa: S311 - invented events, not secrets
        self._choices = [
            (client.number, _beginning(client.name, kind)) for client in clients for kind in kinds
        ]
        self._weights = list(
            itertools.accumulate(client.weight for client in clients for _ in kinds)
        )
        self._cycle = cycle
        self._numbers = array(NUMBER)
        self._beginnings: list[bytes] = []
        self._next = 0

    def draw(self, count: int) -> None:
        """Have the first *count* events ready, so far as they are not repeated."""
        missing = min(count, self._cycle) - len(self._beginnings)
        if missing > 0:
            drawn = self._rng.choices(self._choices, cum_weights=self._weights, k=missing)
            self._numbers.extend(number for number, _ in drawn)
            self._beginnings.extend(beginning for _, beginning in drawn)

    def take(self, count: int, moment: datetime.datetime) -> tuple[array[int], list[bytes]]:
        """Return the numbers of the clients of the next events, and the events' bodies."""
        stamp = moment.isoformat(timespec="milliseconds").removesuffix("+00:00").encode() + b'Z"}'
        numbers, bodies = array(NUMBER), []
        while count:
            some = slice(self._next, min(self._next + count, self._cycle))
            self.draw(some.stop)
            numbers += self._numbers[some]
            bodies += [beginning + stamp for beginning in self._beginnings[some]]
            count -= some.stop - some.start
            self._next = some.stop % self._cycle
        return numbers, bodies


def _beginning(client: str, kind: str) -> bytes:
    known = msgspec.json.encode({"cliente": client, "evento": kind, "timestamp": ""})
    return known.removesuffix(b'"}')
