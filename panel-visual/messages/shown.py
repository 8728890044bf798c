"""Chooses what viewers are shown of a report."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from messages.frames import MAX_PAYLOAD, Instantanea, encode
from messages.report_wire import OtherClients, Reporte

MAX_SHOWN = 200

Ranking = list[tuple[str, int]]


class Shown(NamedTuple):
    """*encoded* is what viewers get of *snapshot*: its size decides how much is shown."""

    snapshot: Instantanea
    encoded: bytes


def shown_of(report: Reporte) -> Shown:
    """
    Return what is shown of *report*: its 200 largest clients (ties by name), fewer if they would
    not fit into one frame. All others are in `otros`, so that the total is always the sum.
    """
    ranked = sorted(report.clientes.items(), key=lambda item: (-item[1], item[0]))[:MAX_SHOWN]
    shown = _showing(report, ranked)
    if len(shown.encoded) <= MAX_PAYLOAD:
        return shown
    return _showing(report, ranked[: _how_many_fit(report, ranked)])


def _showing(report: Reporte, ranked: Ranking) -> Shown:
    clientes = dict(ranked)
    hidden = OtherClients(
        clientes=report.otros.clientes + len(report.clientes) - len(clientes),
        total=report.total - sum(clientes.values()),
    )
    fields = msgspec.structs.asdict(report) | {"clientes": clientes, "otros": hidden}
    snapshot = Instantanea(**fields)
    return Shown(snapshot, encode(snapshot))


def _how_many_fit(report: Reporte, ranked: Ranking) -> int:
    # Without clients `otros` is at its largest, so this leaves room for any of its values.
    room = MAX_PAYLOAD - len(_showing(report, []).encoded)
    for fitting, (name, count) in enumerate(ranked):
        room -= len(msgspec.json.encode(name)) + len(f":{count},")
        if room < 0:
            return fitting
    return len(ranked)
