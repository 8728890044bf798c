"""
What is pushed: the contract's messages, made by the panel's own code.

Each carries as its `version` the moment when it is due, in microseconds of the monotonic clock;
viewers take their latency from that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from messages.frames import change_between, encode
from messages.report_wire import OtherClients, Reporte
from messages.shown import shown_of

SLOT_US = 100_000  # 10 pushes a second
SMALL = 350  # bytes
CLIENTS = 200
CHANGED_EVERY = 10  # so 20 clients change from one report to the next

CONTRACTS = Path(__file__).resolve().parents[2] / "tests" / "contracts"
CAMBIO: dict[str, Any] = json.loads((CONTRACTS / "cambio.json").read_text())
REPORTE = msgspec.json.decode((CONTRACTS / "reporte.json").read_bytes(), type=Reporte)

SNAPSHOT, CHANGE, REPORT = b"S", b"C", b"R"


def small(due: int) -> bytes:
    """The contract's `cambio`, its client's name as long as it takes to make 350 bytes."""
    message = {**CAMBIO, "version": due, "previa": due - SLOT_US, "clientes": {"": 2022}}
    room = SMALL - len(msgspec.json.encode(message))
    return msgspec.json.encode({**message, "clientes": {"c" * room: 2022}})


def report(due: int) -> Reporte:
    """200 clients; the larger ones have counted an event more in each slot."""
    slot = due // SLOT_US
    clientes = {
        f"cliente_{n:03}": 1_000 * (CLIENTS - n) + (slot if n % CHANGED_EVERY == 0 else 0)
        for n in range(CLIENTS)
    }
    total = sum(clientes.values())
    return msgspec.structs.replace(
        REPORTE,
        version=due,
        total=total,
        clientes=clientes,
        otros=OtherClients(clientes=0, total=0),
        eventos={"clic": total - 21, "compra": 21},
    )


def change(due: int) -> bytes:
    before, now = shown_of(report(due - SLOT_US)), shown_of(report(due))
    return encode(change_between(before.snapshot, now.snapshot))


def snapshot(due: int) -> bytes:
    return shown_of(report(due)).encoded


Make = Callable[[int], tuple[bytes, bytes]]  # from when it is due to its kind and payload
KINDS: dict[str, Make] = {
    "350 B": lambda due: (CHANGE, small(due)),
    "change": lambda due: (CHANGE, change(due)),
    "snapshot": lambda due: (SNAPSHOT, snapshot(due)),
    "report": lambda due: (REPORT, msgspec.json.encode(report(due))),
}


def first_state(due: int) -> tuple[bytes, bytes]:
    """What a viewer is given while it connects."""
    return SNAPSHOT, small(due)


def first_report() -> bytes:
    return msgspec.json.encode(report(0))
