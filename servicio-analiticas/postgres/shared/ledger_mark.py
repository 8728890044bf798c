"""The ledger's row, as it is read at the begin of each transaction."""

from __future__ import annotations

from typing import NamedTuple

from counting.totals import IdWindow, Totals

MARK = """SELECT epoca, version, sellado, hasta, plegado, olvidado, turno,
    extract(epoch FROM turno_hasta - clock_timestamp())::double precision, reloj, generado,
    contados, duplicados, conflictos, rechazados, sin_id, eventos_contados, clientes, eventos, ids
    FROM libro"""
LOCK = f"{MARK} FOR UPDATE"


class Mark(NamedTuple):
    """Which commit the tables are of, how far the log is folded into them, and what was counted."""

    epoca: str
    version: int
    sellado: int
    hasta: str | None
    plegado: int
    olvidado: int
    turno: str | None
    turno_left: float  # seconds
    reloj: float
    generado: float
    contados: int
    duplicados: int
    conflictos: int
    rechazados: int
    sin_id: int
    eventos_contados: int
    clientes: int
    eventos: int
    ids: int

    @property
    def names(self) -> tuple[int, int]:
        """How many distinct clients and types there are."""
        return self.clientes, self.eventos

    def totals(self, window: IdWindow) -> Totals:
        """All but the clients and the types."""
        return Totals(
            self.epoca,
            self.version,
            self.generado,
            self.contados,
            self.duplicados,
            self.conflictos,
            self.rechazados,
            self.sin_id,
            self.eventos_contados,
            window=window,
        )
