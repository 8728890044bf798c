"""What the rest of the service needs of a store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from aside.aside_store import AsideStore
from counting.totals import Committed, News, Totals
from decoding.message import Message
from history.levels import Levels, Retention
from history.query import HistoryQuery
from storing.client_row import PageOfClients
from usual.usual_query import UsualQuery

DEFAULT_RETENTION = Retention()


class HistorySnapshot(Protocol):
    """History as of one commit, in whatever thread."""

    def answer(self, query: HistoryQuery | UsualQuery) -> dict[str, Any]:
        """Answer, once: this ends the snapshot. Raises BadQueryError and NotKeptError."""


class HistorySnapshots(Protocol):
    @property
    def levels(self) -> Levels: ...

    def pin(self) -> HistorySnapshot:
        """Call from the store's thread. Only one may be pinned at a time."""


class Others(Protocol):
    """Other processes that count into the same store. Any thread may use all but `look`."""

    @property
    def told(self) -> Sequence[bytes]:
        """How each of them is, as it told with `tell` within the last seconds."""

    def tell(self, state: bytes, soon: bool) -> None:
        """How this process is, for the others; *soon*: they, and what they tell, can't wait."""

    def news(self) -> Iterator[News]:
        """What was counted since this was asked last, by whomever, in order."""

    def listen(self, heard: Callable[[], None]) -> None:
        """From now on call *heard*, in some thread, when others have committed something."""

    def look(self) -> None:
        """Bring memory to the newest version. Raises StoreUnavailableError."""


class Store(Protocol):
    """
    Not thread-safe: every call must come from one thread at a time (store_thread.py).

    What writes returns once it is durable. Whatever can't be done now raises
    StoreUnavailableError, and CommitFailedError when this process had better end.
    """

    @property
    def history(self) -> HistorySnapshots: ...

    @property
    def aside(self) -> AsideStore: ...

    @property
    def others(self) -> Others | None:
        """None where nobody else can count into it."""

    def load(self) -> Totals:
        """The counts as of the last commit."""

    def apply(self, messages: Sequence[Message]) -> Committed:
        """Count the messages and remember their ids, durably, all or nothing."""

    def tend(self) -> bool:
        """
        Fold a little of the log into the tables; `apply` does so too.

        Return whether more is left.
        """

    def read_rejections(self, limit: int) -> dict[str, Any]:
        """Totals by reason, largest first, and the *limit* newest samples, newest first."""

    def read_client(self, cliente: str) -> dict[str, Any] | None:
        """Its total, and when its newest event happened; None when it was never counted."""

    def read_clients(self, page: PageOfClients) -> dict[str, Any]:
        """Some clients by name, and after whom the next page begins."""

    def read_future_events(self) -> dict[str, Any] | None:
        """What `/reporte/estado` tells of events dated in the future."""

    def close(self) -> None: ...
