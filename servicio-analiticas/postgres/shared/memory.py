"""What this process knows of a store in which others count, too."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from counting.totals import Followed, IdWindow, News, Totals
from database.connection import Connection
from history.levels import Retention
from postgres.shared.ledger_mark import Mark
from postgres.shared.server_ids import ServerIds
from postgres.shared.shared_books import SharedBooks
from storing.bookkeeping import Change


class SharedMemory:
    """
    Follows the tables, transaction by transaction: `books` and `ids` are as of the last one.

    What is read through one connection is followed row by row. What a new one shows may be of
    another server, which never had what the first one showed: then everything is read anew.
    """

    books: SharedBooks
    ids: ServerIds

    def __init__(self, db: Connection, window: IdWindow, kept: Retention) -> None:
        self._db, self._window, self._kept = db, window, kept
        self._known: tuple[str, object] | None = None  # epoca and session; None: nothing
        self.latest: tuple[str, int] | None = None
        """The epoca and the version that was known last, and maybe told."""
        self._has_ids = False
        self._news: deque[News] = deque()

    def news(self) -> Iterator[News]:
        """What was counted since this was asked last, by whomever, in order. From any thread."""
        while self._news:
            yield self._news.popleft()

    def follow(self, mark: Mark, session: object) -> None:
        """Call inside a transaction that sees *mark*; *session* is of its connection alone."""
        known, self._known = self._known, None  # until all is read
        if known is None or not self._can_follow(mark, known, session):
            self._load(mark)
        else:
            is_new = mark.version > self.books.log.version
            names = self.books.catch_up(mark)
            if is_new:
                self._news.append(
                    Followed(mark.totals(self.ids.window_of(mark.ids)), *names, *mark.names)
                )
        self.ids.catch_up(mark.reloj)
        self._known = mark.epoca, session
        self.latest = mark.epoca, mark.version

    def follow_own(self, change: Change) -> None:
        """Call after the commit of one that followed."""
        self.books.follow(change)
        if self._known:
            self.latest = self._known[0], change.committed.version
        self._news.append(change.committed)

    def totals(self, mark: Mark) -> Totals:
        """All of them, as of a mark that is followed."""
        totals = mark.totals(self.ids.window_of(mark.ids))
        totals.clientes, totals.eventos = self.books.leading()
        return totals

    def _can_follow(self, mark: Mark, known: tuple[str, object], session: object) -> bool:
        epoca, before = known
        log = self.books.log
        is_same = epoca == mark.epoca and (before is session or log.version == mark.version)
        return is_same and log.can_follow(mark)

    def _load(self, mark: Mark) -> None:
        if not self._has_ids:  # once: their clock runs on
            self.ids, self._has_ids = ServerIds(self._db, self._window), True
        self.books = SharedBooks(self._db, self.ids, self._kept)
        self._news.append(self.totals(mark))
