"""What runs where, which of them leads now, and how to kill each."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple
from urllib.request import Request

from cluster.cluster_broker import node_name
from cluster.machines import Machine
from parts.readiness import OPENER
from parts.service_accounts import operator_password

QUEUE = "cola_analiticas"
SECONDS = 3.0


class Leading(NamedTuple):
    """Numbers of machines; None where nobody tells."""

    queue: int | None
    database: int | None
    etcd: int | None


def leading(settings: Mapping[str, str], machines: Sequence[Machine]) -> Leading:
    return Leading(
        _queue_leader(settings, machines),
        _primary(settings, machines),
        _etcd_leader(settings, machines),
    )


def _queue_leader(settings: Mapping[str, str], machines: Sequence[Machine]) -> int | None:
    login = f"{settings['RABBITMQ_USER']}:{operator_password(settings['RABBITMQ_PASSWORD'])}"
    path = f"/api/queues/%2F/{QUEUE}?columns=leader"
    headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
    answer = _first_answer(machines, f":{settings['RABBITMQ_MANAGEMENT_PORT']}{path}", headers)
    return next((m.number for m in machines if node_name(m) == answer.get("leader")), None)


def _primary(settings: Mapping[str, str], machines: Sequence[Machine]) -> int | None:
    answer = _first_answer(machines, f":{settings['PATRONI_PORT']}/cluster", {})
    leaders = [m.get("name") for m in answer.get("members", ()) if m.get("role") == "leader"]
    return next((m.number for m in machines if m.part("postgres") in leaders), None)


def _etcd_leader(settings: Mapping[str, str], machines: Sequence[Machine]) -> int | None:
    for machine in machines:
        url = f"http://{machine.address}:{settings['ETCD_PORT']}/v3/maintenance/status"
        answer = _answer(Request(url, data=b"{}"))
        if answer and answer.get("leader") == answer.get("header", {}).get("member_id"):
            return machine.number
    return None


def _first_answer(
    machines: Sequence[Machine], where: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    requests = (Request(f"http://{m.address}{where}", headers=dict(headers)) for m in machines)
    return next((answer for request in requests if (answer := _answer(request))), {})


def _answer(request: Request) -> dict[str, Any]:
    """Empty when there is none."""
    try:
        with OPENER.open(request, timeout=SECONDS) as answer:
            found = json.loads(answer.read())
    except (OSError, HTTPException, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class Row(NamedTuple):
    part: str
    listens: str
    kill: str
    leads: bool


def rows(
    settings: Mapping[str, str], machine: Machine, folder: Path, leads: Leading
) -> Iterator[Row]:
    pids = folder / "pids"
    server = machine.folder / "postgres" / "data" / "postmaster.pid"
    for name, port, kill, leader in (
        ("rabbitmq-service", "RABBITMQ_PORT", None, leads.queue),
        ("postgres", "POSTGRES_PORT", f"head -1 {_short(server)}", leads.database),
        ("patroni", "PATRONI_PORT", f"cat {_short(pids / machine.part('postgres'))}", None),
        ("etcd", "ETCD_PORT", None, leads.etcd),
        ("servicio-analiticas", "REPORTE_PORT", None, None),
        ("panel-visual", "PANEL_PORT", None, None),
    ):
        told = kill or f"cat {_short(pids / machine.part(name))}"
        where = f"{machine.address}:{settings[port]}"
        yield Row(name, where, f"kill -9 $({told})", leader == machine.number)


def whereabouts(
    settings: Mapping[str, str], machines: Sequence[Machine], folder: Path, leads: Leading
) -> str:
    lines = ["  To kill one, and see it come back (* leads now):"]
    for machine in machines:
        lines += [
            f"  {row.part + '*' * row.leads:<20} {row.listens:<16} {row.kill}"
            for row in rows(settings, machine, folder, leads)
        ]
    return "\n".join(lines)


def _short(path: Path) -> str:
    here = Path.cwd()
    return quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
