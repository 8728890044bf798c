"""The counts as of the last commit, in memory: what every answer is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from comun.wire_time import rfc3339
from counting.counted import Before, Counted
from counting.leading import Leading
from counting.verdict import Verdict

MAX_EVENT_TYPES = 100


class IdWindow(NamedTuple):
    """How far back a copy of a message is recognised: seconds spent counting, and ids."""

    seconds: int
    rows: int


@dataclass(frozen=True, slots=True)
class Committed:
    """What a batch counted, and what the commit made of it."""

    counted: Counted
    before: Before
    version: int
    generado: float  # seconds since 1970
    window: IdWindow


@dataclass(frozen=True, slots=True)
class Followed:
    """What others counted into the same store, as totals and not as what was added to them."""

    ledger: Totals  # all but the clients and the types
    clientes: Mapping[str, int]  # of those that were counted
    eventos: Mapping[str, int]
    distinct_clientes: int
    distinct_eventos: int


@dataclass(slots=True)
class Totals:
    """Counts of messages, but for `eventos_contados`, `clientes` and `eventos`: of events."""

    epoca: str
    version: int = 0
    generado: float = 0.0  # time of the last commit, seconds since 1970
    contados: int = 0
    duplicados: int = 0
    conflictos: int = 0
    rechazados: int = 0
    sin_id: int = 0
    eventos_contados: int = 0
    clientes: Leading = field(default_factory=Leading)
    eventos: Leading = field(default_factory=Leading)
    window: IdWindow = field(default_factory=lambda: IdWindow(0, 0))

    @property
    def etag(self) -> str:
        return f"{self.epoca}-{self.version}"

    def add(self, committed: Committed) -> None:
        counted, before = committed.counted, committed.before
        self.version, self.generado = committed.version, committed.generado
        self.window = committed.window
        self.contados += counted.verdicts[Verdict.COUNT]
        self.duplicados += counted.verdicts[Verdict.DUPLICATE]
        self.conflictos += counted.verdicts[Verdict.CONFLICT]
        self.rechazados += counted.verdicts[Verdict.REJECT]
        self.sin_id += counted.without_id
        self.eventos_contados += counted.events
        self.clientes.add(counted.clientes, before.clientes)
        self.eventos.add(counted.eventos, before.eventos)

    def after(self, news: News) -> Totals:
        """Return what the totals are with what was counted next; these are used up."""
        if isinstance(news, Totals):
            return news
        if isinstance(news, Committed):
            self.add(news)
            return self
        self.clientes.set(news.clientes)
        self.eventos.set(news.eventos)
        self.clientes.names = news.distinct_clientes
        self.eventos.names = news.distinct_eventos
        return replace(news.ledger, clientes=self.clientes, eventos=self.eventos)


News = Committed | Followed | Totals
"""By this process, by others, or all anew."""


def report(totals: Totals, limit: int) -> dict[str, Any]:
    """`GET /reporte`: only what a commit changed, so nothing in it moves by itself."""
    total = totals.eventos_contados
    clientes, eventos = totals.clientes.first(limit), totals.eventos.first(MAX_EVENT_TYPES)
    return {
        "epoca": totals.epoca,
        "version": totals.version,
        "generado": rfc3339(totals.generado),
        "total": total,
        "clientes": clientes,
        "otros": {
            "clientes": totals.clientes.names - len(clientes),
            "total": total - sum(clientes.values()),
        },
        "eventos": eventos,
        "otros_eventos": {
            "tipos": totals.eventos.names - len(eventos),
            "total": total - sum(eventos.values()),
        },
        "rechazados": totals.rechazados,
        "duplicados": totals.duplicados,
        "conflictos": totals.conflictos,
    }


def ledger(totals: Totals) -> dict[str, Any]:
    """The equation of `GET /reporte/libro`: every message received has exactly one fate."""
    fates = {
        "contados": totals.contados,
        "duplicados": totals.duplicados,
        "conflictos": totals.conflictos,
        "rechazados": totals.rechazados,
    }
    return {
        "epoca": totals.epoca,
        "version": totals.version,
        "mensajes": {"recibidos": sum(fates.values()), **fates},
        "eventos": {"contados": totals.eventos_contados},
        "sin_id": totals.sin_id,
        "ventana_ids": {"segundos": totals.window.seconds, "filas": totals.window.rows},
    }
