"""The part of the store about messages that are set aside: by the broker, and by ourselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from aside import copies, set_aside_counts
from aside.copies import Copy
from database.connection import Connection, Transactions
from decoding.message import Message


class AsideStore:
    """Called from the store's thread, as the store is; what writes raises what `apply` raises."""

    def __init__(
        self,
        db: Connection,
        transactions: Transactions,
        is_our_turn: Callable[[], bool] = lambda: True,
    ) -> None:
        """*is_our_turn*: whether it is this process that publishes the copies."""
        self._db, self._transactions, self._is_our_turn = db, transactions, is_our_turn

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
        oldest = copies.oldest(self._db, limit) if self._is_our_turn() else []
        return oldest, copies.waiting(self._db)

    def forget_copies(self, published: Sequence[int]) -> int:
        """Return how many are left."""
        with self._transactions.one():
            copies.forget(self._db, published)
        return copies.waiting(self._db)
