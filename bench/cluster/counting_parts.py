"""Analytics of a broker and a store, which wait frozen until a backlog is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from cpu_quota import cpu_quota

from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports
from tests.postgres_stack import Postgres
from tests.stack import Part, python_part
from tests.topology_job import declare_topology

ANALYTICS = "servicio-analiticas/analiticas.py"
COUNTED = "SELECT contados FROM libro"


class CountedStore(Protocol):
    """Where several or one count; *counted* is read beside them, so that it costs them nothing."""

    @property
    def settings(self) -> dict[str, str]: ...

    def counted(self) -> int: ...


class InPostgres:
    def __init__(self, server: Postgres) -> None:
        self._url = server.fresh()
        self._db: psycopg.Connection[tuple[int]] | None = None

    @property
    def settings(self) -> dict[str, str]:
        return {"STORE_URL": self._url}

    def counted(self) -> int:
        if self._db is None:
            self._db = psycopg.connect(self._url, autocommit=True)
        row = self._db.execute(COUNTED).fetchone()
        return row[0] if row else 0


class InFile:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "pulso.db"

    @property
    def settings(self) -> dict[str, str]:
        return {"STORE_PATH": str(self._path)}

    def counted(self) -> int:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as db:
            (messages,) = db.execute(COUNTED).fetchone()
        return int(messages)


@contextmanager
def frozen_analytics(
    vhost: VirtualHost, store: CountedStore, number: int, share: float | None, folder: Path
) -> Iterator[Sequence[Part]]:
    """So many, ready and stopped by SIGSTOP; from then on each gets *share* of a core, if any."""
    declare_topology(vhost)
    with ExitStack() as stack:
        parts = []
        for n, port in enumerate(free_ports(number)):
            settings = vhost.settings | store.settings | {"REPORTE_PORT": str(port)}
            part = python_part(f"analiticas-{n}", ANALYTICS, settings, folder)
            if share is not None:
                group = stack.enter_context(cpu_quota(f"{folder.name}-{n}", share))
            stack.callback(part.kill)
            part.start()
            part.pause()
            if share is not None:
                group.write_text(str(part.pid))
            parts.append(part)
        yield parts
