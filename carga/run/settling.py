"""Waits until the analytics and the viewers have everything, as long as there is progress."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from carga.checking.reporte_client import Estado, Reporte, ReporteAwayError, ReporteClient
from carga.checking.verification import (
    ClientLine,
    Difference,
    Ledger,
    same_version,
    screen_differences,
)
from carga.run.stall import Stall
from carga.wire.messages import Standings

PATIENCE = 30.0  # seconds without progress until a difference is believed
EMPTY_PATIENCE = 5.0  # the same, once the queue is empty
SCREEN_PATIENCE = 15.0  # viewers may have to come back first
VERSION_PATIENCE = 3.0
PAUSE = 0.1

Look = Callable[[], Awaitable[Standings]]


@dataclass(slots=True)
class Settled:
    """What was found in the end. *ledger* is empty when the report never answered."""

    ledger: Ledger = field(default_factory=dict)
    report: Reporte | None = None
    estado: Estado | None = None
    on_screens: list[Difference] = field(default_factory=list)
    absent: int = 0


async def settled_counts(
    reporte: ReporteClient,
    base: Mapping[str, int],
    confirmed: Mapping[str, int],
    unconfirmed: Mapping[str, int],
    patience: float = PATIENCE,
) -> Settled:
    """
    Return once all that is confirmed is counted, or for *patience* seconds nothing more.

    Analytics that are away are waited for: whoever restarts them spoils no verdict.
    """
    settled = Settled()
    answered = counted = 0
    away, queued, empty = Stall(PATIENCE), Stall(patience), Stall(EMPTY_PATIENCE)
    given_up = False
    while not given_up:
        try:
            report, counts = await reporte.counts(list(base))
        except ReporteAwayError:
            given_up = away.at(answered)
        else:
            answered += 1
            after = dict(zip(base, counts, strict=True))
            settled = Settled(_ledger(base, confirmed, unconfirmed, after), report)
            if not any(line.lost for line in settled.ledger.values()):
                return settled
            counted = sum(counts)
            settled.estado = await _status(reporte)
            stalled = [queued.at(counted), empty.at(counted) and _nothing_waits(settled.estado)]
            given_up = any(stalled)
        await asyncio.sleep(PAUSE)
    return settled


async def until_queue_empty(reporte: ReporteClient) -> None:
    """Wait a little: what is counted twice may still be in the queue when all is counted once."""
    answered, away = 0, Stall(PATIENCE)
    while answered < EMPTY_PATIENCE / PAUSE and not away.at(answered):
        estado = await _status(reporte)
        if _nothing_waits(estado):
            return
        answered += estado is not None
        await asyncio.sleep(PAUSE)


async def settled_screens(reporte: ReporteClient, look: Look, settled: Settled) -> Settled:
    """Return *settled* with what viewers show otherwise, once it is nothing or stays so."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while settled.report:
        standings = await look()
        with suppress(ReporteAwayError):
            settled.report = await reporte.report()
        settled.absent = standings.absent
        settled.on_screens = screen_differences(settled.ledger, settled.report, standings.standings)
        waited = loop.time() - began
        # Totals compare only at one version, which others' events may not let us meet at once.
        met = same_version(settled.report, standings.standings) or waited > VERSION_PATIENCE
        agreed = met and not settled.on_screens and not standings.absent
        if agreed or waited > SCREEN_PATIENCE:
            break
        await asyncio.sleep(PAUSE)
    return settled


def _ledger(
    base: Mapping[str, int],
    confirmed: Mapping[str, int],
    unconfirmed: Mapping[str, int],
    after: Mapping[str, int],
) -> Ledger:
    return {
        name: ClientLine(
            antes=had,
            confirmados=confirmed.get(name, 0),
            sin_confirmar=unconfirmed.get(name, 0),
            despues=after[name],
        )
        for name, had in base.items()
    }


async def _status(reporte: ReporteClient) -> Estado | None:
    with suppress(ReporteAwayError):
        return await reporte.status()
    return None


def _nothing_waits(estado: Estado | None) -> bool:
    cola = estado.cola if estado else None
    return cola is not None and cola.listos == 0 and cola.sin_ack == 0
