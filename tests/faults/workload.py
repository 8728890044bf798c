"""Numbered events: a number alone says who sent it, what its body is and what must become of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple

CLIENTS = 10
POISON = 1 << 40
"""Numbers from here on have a body that can't be counted."""


def client_of(number: int) -> str:
    return f"cliente_{number % CLIENTS}"


def body_of(number: int) -> bytes:
    """No two numbers have the same body: it tells its number under whatever id it travels."""
    client: object = 7 if number >= POISON else client_of(number)
    return json.dumps({"cliente": client, "metadata": number}).encode()


def number_of(body: bytes) -> int:
    number: int = json.loads(body)["metadata"]
    return number


def digest_of(body: bytes) -> int:
    """What the store keeps of a body; written down again here, from docs/guarantees.md."""
    return int.from_bytes(blake2b(body, digest_size=8).digest(), "big", signed=True)


def numbers(first: int, count: int | None, poison_every: int = 0) -> Iterator[int]:
    """*count* numbers from *first* on, without end when None; every n-th of them is poison."""
    step = 0
    while count is None or step < count:
        bad = poison_every and step % poison_every == poison_every - 1
        yield first + step + (POISON if bad else 0)
        step += 1


class Ledger(NamedTuple):
    """What publishers wrote down: a number before it was sent, and once it was confirmed."""

    attempts: frozenset[int]
    acknowledged: frozenset[int]


ATTEMPT, ACKNOWLEDGED = "a", "c"


def entry(kind: str, number: int) -> bytes:
    return f"{kind} {number}\n".encode()


def read_ledger(lines: Iterable[str]) -> Ledger:
    """A publisher that was killed may have left a last line without its end: it says nothing."""
    found: dict[str, set[int]] = {ATTEMPT: set(), ACKNOWLEDGED: set()}
    for line in lines:
        if line.endswith("\n"):
            kind, _, number = line.partition(" ")
            found[kind].add(int(number))
    return Ledger(frozenset(found[ATTEMPT]), frozenset(found[ACKNOWLEDGED]))
