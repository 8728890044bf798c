"""Whether what was confirmed is what was counted and what is shown. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from carga.checking.reporte_client import Reporte
from carga.wire.messages import Standing


class ClientLine(msgspec.Struct, frozen=True, kw_only=True):
    """One client in the ledger: what was counted *antes* and *despues* of the run."""

    antes: int
    confirmados: int
    sin_confirmar: int
    despues: int

    @property
    def rise(self) -> int:
        return self.despues - self.antes

    @property
    def lost(self) -> int:
        """Confirmed, and not counted."""
        return max(self.confirmados - self.rise, 0)

    @property
    def double(self) -> int:
        """Counted, and never sent; what was never confirmed may have been counted or not."""
        return max(self.rise - self.confirmados - self.sin_confirmar, 0)


Ledger = dict[str, ClientLine]


class Difference(msgspec.Struct, frozen=True):
    """*esperado* should be there, *hallado* is; the sentence says it all."""

    cliente: str
    esperado: int
    hallado: int
    frase: str


def count_differences(ledger: Ledger) -> list[Difference]:
    """Each client whose confirmed events are not what the report rose by."""
    differences = []
    for name, line in ledger.items():
        if line.lost:
            what = f"{line.lost:,} missing"
        elif line.double:
            what = f"{line.double:,} counted twice"
        else:
            continue
        sentence = f"{name}: {line.confirmados:,} confirmed, {line.rise:,} counted: {what}"
        differences.append(Difference(name, line.confirmados, line.rise, sentence))
    return differences


def screen_differences(
    ledger: Ledger, report: Reporte, standings: Sequence[Standing]
) -> list[Difference]:
    """Each client that viewers show otherwise than it was counted, and totals likewise."""
    differences = []
    for standing in standings:
        for name, line in ledger.items():
            shown = standing.clientes.get(name, line.despues)  # not everyone is listed
            if shown != line.despues:
                differences.append(_shown_otherwise(name, line.despues, shown, standing.viewers))
        if standing.epoca != report.epoca:
            differences.append(_shown_otherwise("epoca", 0, 0, standing.viewers))
        elif standing.version == report.version and standing.total != report.total:
            differences.append(
                _shown_otherwise("total", report.total, standing.total, standing.viewers)
            )
    return differences


def same_version(report: Reporte, standings: Sequence[Standing]) -> bool:
    """Whether all viewers show the report's own version, so that their totals compare."""
    here = (report.epoca, report.version)
    return all((each.epoca, each.version) == here for each in standings)


def _shown_otherwise(name: str, counted: int, shown: int, viewers: int) -> Difference:
    sentence = f"{name}: {viewers:,} viewers show {shown:,}, counted are {counted:,}"
    if name == "epoca":
        sentence = f"epoca: {viewers:,} viewers show the numbers of another store"
    return Difference(name, counted, shown, sentence)
