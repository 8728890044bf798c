"""The part of the store about messages that are set aside: by the broker, and by ourselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from aside import copies, set_aside_counts
from aside.copies import Copy
from database.connection import Connection, Transactions
from decoding.message import Message


class AsideStore:
    """Called from the store's thread, as the store is; what writes raises what `apply` raises."""

    def __init__(self, db: Connection, transactions: Transactions) -> None:
        self._db, self._transactions = db, transactions

    def count(self, messages: Sequence[Message]) -> Counter[str]:
        """Count those that the broker set aside, and return what is new, by reason."""
        foreign = set_aside_counts.foreign(self._db, messages)
        if not foreign:
            return Counter()
        return self._transactions.once(
            "apartar", messages, lambda: set_aside_counts.record(self._db, foreign)
        )

    def counts(self) -> Counter[str]:
        return set_aside_counts.read(self._db)

    def copies(self, limit: int) -> tuple[list[Copy], int]:
        """The oldest messages that we have to set aside by ourselves, and how many there are."""
        return copies.oldest(self._db, limit), copies.waiting(self._db)

    def forget_copies(self, published: Sequence[int]) -> int:
        """Return how many are left."""
        with self._transactions.one():
            copies.forget(self._db, published)
        return copies.waiting(self._db)
