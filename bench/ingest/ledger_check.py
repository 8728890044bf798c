"""Whether the analytics counted exactly what was published."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import httpx

WITHIN = 30.0  # seconds; the queue's depth is sampled by the broker
LIMIT = 1000


def ledger_faults(report_url: str, events: int) -> list[str]:
    """Return what is wrong with `/reporte/libro` after *events*, once the queue is empty."""
    end = time.monotonic() + WITHIN
    while faults := _faults(_get(f"{report_url}/libro"), events):
        if time.monotonic() > end:
            return faults
        time.sleep(0.25)
    return []


def _faults(libro: dict[str, Any], events: int) -> list[str]:
    messages, queue = libro["mensajes"], libro["cola"] or {}
    kinds = {kind: messages[kind] for kind in ("duplicados", "conflictos", "rechazados")}
    wanted = {
        "events counted": (libro["eventos"]["contados"], events),
        "messages received": (messages["recibidos"], messages["contados"] + sum(kinds.values())),
        "messages ready": (queue.get("listos"), 0),
        "messages unacknowledged": (queue.get("sin_ack"), 0),
        **{kind: (count, 0) for kind, count in kinds.items()},
    }
    return [f"{what}: {got}, not {right}" for what, (got, right) in wanted.items() if got != right]


def count_faults(report_url: str, expected: Counter[str]) -> list[str]:
    """Return which of the 1,000 largest clients have a wrong count; the rest as one sum."""
    report = _get(f"{report_url}?limite={LIMIT}")
    clients: dict[str, int] = report["clientes"]
    wrong = [
        f"{name}: {n}, not {expected[name]}" for name, n in clients.items() if n != expected[name]
    ]
    rest = expected.total() - sum(expected[name] for name in clients)
    others = report["otros"]
    if others["total"] != rest or others["clientes"] != len(expected) - len(clients):
        wrong.append(f"otros: {others}, not {rest} of {len(expected) - len(clients)}")
    return wrong


def _get(url: str) -> dict[str, Any]:
    answer = httpx.get(url, timeout=10, trust_env=False).raise_for_status()
    found: dict[str, Any] = answer.json()
    return found
