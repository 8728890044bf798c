"""Which client does what: a fixed sequence of events, so that the exact counts are known."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass

TYPES = ("compra", "clic", "visita", "registro", "abandono")
SEQUENCE = 1 << 16
SEQUENCE_OF_MANY = 1 << 20  # so that most of 100,000 clients of a Zipf distribution are in it
SEED = 20261124


@dataclass(frozen=True, slots=True)
class Mix:
    """*clients* names with five event types; equally often, or by Zipf's law with *exponent*."""

    clients: int
    exponent: float = 0.0

    def __str__(self) -> str:
        law = f", Zipf {self.exponent:g}" if self.exponent else ""
        return f"{self.clients:,} clients{law}"

    def sequence(self) -> list[int]:
        """Return the events that are repeated over and over, each as client * types + type."""
        rng = random.Random(SEED)  # noqa: S311 - repeatable on purpose
        length = SEQUENCE_OF_MANY if self.exponent else SEQUENCE
        weights = itertools.accumulate((n + 1) ** -self.exponent for n in range(self.clients))
        clients = rng.choices(range(self.clients), cum_weights=list(weights), k=length)
        return [len(TYPES) * client + rng.randrange(len(TYPES)) for client in clients]


def beginnings(sequence: list[int]) -> list[bytes]:
    """Return each event's JSON up to its timestamp; equal ones are one object."""
    made = {pair: _beginning(*divmod(pair, len(TYPES))) for pair in set(sequence)}
    return [made[pair] for pair in sequence]


def counts(sequence: list[int], events: int) -> Counter[str]:
    """Return how many of the first *events* each client has."""
    rounds, rest = divmod(events, len(sequence))
    pairs = Counter({pair: rounds * n for pair, n in Counter(sequence).items()})
    pairs.update(sequence[:rest])
    clients: Counter[str] = Counter()
    for pair, count in pairs.items():
        if count:
            clients[_name(pair // len(TYPES))] += count
    return clients


def _name(client: int) -> str:
    return f"cliente_{client}"


def _beginning(client: int, kind: int) -> bytes:
    text = f'{{"cliente":"{_name(client)}","evento":"{TYPES[kind]}","timestamp":"'
    return text.encode()
