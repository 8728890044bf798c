"""Where a store of a test is, in each database that it may be in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from counting.totals import IdWindow
from database.connection import Connection
from history.levels import Retention
from postgres import server_care, server_store
from postgres.server_connection import ServerConnection
from postgres.server_store import ServerStore
from postgres.server_url import ServerUrl
from sqlite import backups, file_store
from sqlite.file_connection import connect
from sqlite.file_store import FileStore

SQLITE, POSTGRES = "sqlite", "postgres"
KINDS = (SQLITE, POSTGRES)
AnyStore = FileStore | ServerStore


class Place(NamedTuple):
    """Can be written down, for another process."""

    kind: str
    address: str  # a path, or a URL

    def open(self, window: IdWindow, kept: Retention = Retention()) -> AnyStore:  # noqa: B008
        if self.kind == SQLITE:
            return file_store.open_store(Path(self.address), window, kept)
        return server_store.open_store(ServerUrl(self.address), window, kept)

    def reset(self) -> None:
        if self.kind == SQLITE:
            backups.reset(Path(self.address))
        else:
            server_care.reset(ServerUrl(self.address))

    @contextmanager
    def tables(self) -> Iterator[Connection]:
        """A connection of one's own."""
        if self.kind == SQLITE:
            with closing(connect(self.address)) as file:
                yield file
            return
        server = ServerConnection(ServerUrl(self.address))
        try:
            server.connect()
            yield server
        finally:
            server.retire()
