"""Numbered events: a number alone says who sent it, what its body is and what must become of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

CLIENTS = 10
POISON = 1 << 40
"""Numbers from here on have a body that can't be counted."""


def client_of(number: int) -> str:
    return f"cliente_{number % CLIENTS}"


def body_of(number: int) -> bytes:
    """No two numbers have the same body: it tells its number under whatever id it travels."""
    client: object = 7 if number >= POISON else client_of(number)
    return json.dumps({"cliente": client, "metadata": number}).encode()


def numbers_of(body: bytes) -> list[int]:
    """Of the event of a message, or of each in a batch."""
    found = json.loads(body)
    return [event["metadata"] for event in (found if isinstance(found, list) else [found])]


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


ATTEMPT, ACKNOWLEDGED = "a", "c"


def entry(kind: str, body: bytes) -> bytes:
    """A line of a ledger: that the message with this body is sent, or confirmed."""
    numbers = " ".join(map(str, numbers_of(body)))
    return f"{kind} {digest_of(body)} {numbers}\n".encode()


@dataclass(slots=True)
class Ledger:
    """What publishers wrote down: a message before it was sent, and once it was confirmed."""

    attempts: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    messages: dict[int, tuple[int, ...]] = field(default_factory=dict)  # numbers by digest
    confirmed: set[int] = field(default_factory=set)  # digests

    def read(self, lines: Iterable[str]) -> None:
        """The last line of a publisher that was killed may lack its end: it says nothing."""
        for line in lines:
            if not line.endswith("\n"):
                return
            kind, digest, *numbers = line.split()
            self._note(kind, int(digest), tuple(map(int, numbers)))

    def _note(self, kind: str, digest: int, numbers: tuple[int, ...]) -> None:
        if kind == ATTEMPT:
            self.attempts.update(numbers)
            self.messages[digest] = numbers
        else:
            self.acknowledged.update(numbers)
            self.confirmed.add(digest)
