"""`docker compose up`, looked at from outside: AMQP in, HTTP and WebSocket out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime

import aio_pika
import httpx
import pytest
from websockets.asyncio.client import connect

from tests.compose_project import PARTS, PASSWORD, USER, Project, wait_until

CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], 5672), timeout=3)"


async def publish(project: Project, *clientes: str) -> None:
    """Publish an event for each like any AMQP program would; return when all are confirmed."""
    url = f"amqp://{USER}:{PASSWORD}@127.0.0.1:{project.ports['RABBITMQ_PORT']}/"
    async with await aio_pika.connect(url) as connection:
        exchange = await (await connection.channel()).get_exchange("eventos_clientes")
        bodies = [json.dumps({"cliente": cliente}).encode() for cliente in clientes]
        messages = [aio_pika.Message(body, delivery_mode=2) for body in bodies]
        await asyncio.gather(*(exchange.publish(each, "", timeout=30) for each in messages))


def counted(project: Project, cliente: str, expected: int) -> Callable[[], bool]:
    def is_counted() -> bool:
        try:
            return bool(project.report()["clientes"].get(cliente, 0) == expected)
        except (httpx.HTTPError, ValueError):
            return False  # it is on its way up

    return is_counted


def test_every_part_is_healthy(project: Project) -> None:
    """`up --wait` brings each of the parts to healthy."""
    assert project.health() == dict.fromkeys(PARTS, "healthy")


async def test_events_from_outside(project: Project) -> None:
    """What is published by AMQP is on an open WebSocket and in the report, to the last event."""
    url = f"ws://127.0.0.1:{project.ports['WEB_PORT']}/panel/ws"
    sent = {"externo_uno": 700, "externo_dos": 299, "externo_tres": 1}
    shown: dict[str, int] = {}
    async with asyncio.timeout(60), connect(url, compression=None) as viewer:
        assert json.loads(await viewer.recv())["tipo"] in {"instantanea", "latido"}
        await publish(project, *(name for name, count in sent.items() for _ in range(count)))
        while shown != sent:
            changed = json.loads(await viewer.recv()).get("clientes") or {}
            shown |= {name: count for name, count in changed.items() if name in sent}

    assert {name: project.report()["clientes"][name] for name in sent} == sent


def test_an_event_by_http(project: Project) -> None:
    """What is posted through the proxy is answered when it is safe, and counted."""
    url = f"http://127.0.0.1:{project.ports['WEB_PORT']}/eventos"

    answer = httpx.post(url, json={"cliente": "por_http"}, timeout=20)

    assert answer.status_code == 202
    wait_until(counted(project, "por_http", 1), 10, "the event that was posted")


def test_alerts_are_on_the_page(project: Project) -> None:
    """The panel reaches them, and they reach the analytics."""
    url = f"http://127.0.0.1:{project.ports['WEB_PORT']}/panel/avisos"

    def is_current() -> bool:
        answer = httpx.get(url, timeout=20)
        return answer.status_code == 200 and bool(answer.json()["al_dia"])

    wait_until(is_current, 30, "alerts of current numbers")


def test_the_panel_cannot_reach_the_broker(project: Project) -> None:
    """Neither by name nor by address; the analytics can, so the broker is there to be reached."""
    networks = project.parts()["rabbitmq-service"]["NetworkSettings"]["Networks"]
    (address,) = [network["IPAddress"] for network in networks.values()]

    def reaches(part: str, host: str) -> bool:
        return project.inside(part, "python", "-c", CONNECT, host).returncode == 0

    assert [
        reaches("servicio-analiticas", "rabbitmq-service"),
        reaches("servicio-analiticas", address),
        reaches("panel-visual", "rabbitmq-service"),
        reaches("panel-visual", address),
    ] == [True, True, False, False]


@pytest.mark.parametrize("part", sorted(PARTS))
def test_rights_inside(project: Project, part: str) -> None:
    """No process 1 is root, has a capability, or can write to its root file system."""
    status = project.inside(part, "cat", "/proc/1/status").stdout
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)

    assert "0" not in fields["Uid"].split()
    assert int(fields["CapEff"], 16) == 0
    assert fields["NoNewPrivs"] == "1"
    assert "Read-only" in project.inside(part, "touch", "/tried").stderr


async def test_all_parts_killed_at_once(project: Project) -> None:
    """After kill -9 of every part, in whatever order they start again, nothing is missing."""
    await publish(project, "antes")
    wait_until(counted(project, "antes", 1), 10, "the event before the kill counted")
    before = project.parts()
    project.kill()
    project.wait_back(before, *PARTS, limit=90)

    await publish(project, "antes")
    wait_until(counted(project, "antes", 2), 10, "an event after the kill counted")


def history(project: Project, cliente: str, until: datetime) -> list[int]:
    """A client's events in each of the five minutes' seconds before *until*."""
    question = {"cliente": cliente, "por": "cliente", "ventana": "5m", "paso": "1s"}
    (series,) = project.get("/reporte/historia", **question, hasta=until.isoformat())["series"]
    points: list[int] = series["puntos"]
    return points


async def test_down_and_up(project: Project) -> None:
    """`down` and `up` keep counters and history, and counting goes on in the same store."""
    await publish(project, *["con_historia"] * 20)
    wait_until(counted(project, "con_historia", 20), 10, "what was published")
    until = datetime.now(UTC)
    points = history(project, "con_historia", until)
    assert sum(points) == 20
    before = project.report()
    down = project.compose("down", timeout=120)
    assert down.returncode == 0, down.stderr

    project.up()
    after = project.report()

    assert after["epoca"] == before["epoca"]
    for cliente, count in before["clientes"].items():
        assert after["clientes"][cliente] >= count

    assert history(project, "con_historia", until) == points
    wait_until(lambda: project.report()["total"] > after["total"], 20, "the clients go on")
