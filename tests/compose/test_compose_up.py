"""`docker compose up`, looked at from outside: AMQP in, HTTP and WebSocket out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import aio_pika
import httpx
import pytest
from websockets.asyncio.client import connect

from compose_project import PASSWORD, USER, Project, docker

PARTS = {
    "rabbitmq-service",
    "reverse-proxy",
    "servicio-analiticas",
    "panel-visual",
    "cliente-uno",
    "cliente-dos",
}
KILL = "import os, sys; [os.kill(int(pid), 9) for pid in sys.argv[1:]]"
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], 5672), timeout=3)"


async def publish(project: Project, cliente: str) -> None:
    """Publish one event like any AMQP program would; return when the broker has confirmed it."""
    url = f"amqp://{USER}:{PASSWORD}@127.0.0.1:{project.ports['RABBITMQ_PORT']}/"
    async with await aio_pika.connect(url) as connection:
        exchange = await (await connection.channel()).get_exchange("eventos_clientes")
        body = json.dumps({"cliente": cliente}).encode()
        await exchange.publish(aio_pika.Message(body, delivery_mode=2), "", timeout=15)


def report(project: Project) -> dict[str, Any]:
    answer = httpx.get(f"http://127.0.0.1:{project.ports['WEB_PORT']}/reporte")
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def wait_until(true: Callable[[], bool], limit: float, what: str) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, f"not within {limit:.0f} s: {what}"
        time.sleep(0.25)


def counted(project: Project, cliente: str, expected: int) -> Callable[[], bool]:
    def is_counted() -> bool:
        try:
            return bool(report(project)["clientes"].get(cliente, 0) == expected)
        except (httpx.HTTPError, ValueError):
            return False  # it is on its way up

    return is_counted


def test_every_part_is_healthy(project: Project) -> None:
    """`up --wait` brings each of the parts to healthy."""
    assert project.health() == dict.fromkeys(PARTS, "healthy")


async def test_an_event_from_outside(project: Project) -> None:
    """An event published by AMQP reaches an open WebSocket and the report."""
    url = f"ws://127.0.0.1:{project.ports['WEB_PORT']}/panel/ws"
    async with asyncio.timeout(20), connect(url, compression=None) as viewer:
        assert json.loads(await viewer.recv())["tipo"] in {"instantanea", "latido"}
        await publish(project, "externo")
        while True:
            frame = json.loads(await viewer.recv())
            if (frame.get("clientes") or {}).get("externo"):
                break

    assert frame["clientes"]["externo"] == 1
    assert report(project)["clientes"]["externo"] == 1


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
    before = {name: part["State"]["Pid"] for name, part in project.parts().items()}
    # From the host's side: `docker kill` is an order to stay down, and process 1 can't kill itself.
    killer = docker(
        *("run", "--rm", "--pid=host", "python:3.13-slim", "python", "-c", KILL),
        *map(str, before.values()),
    )
    assert killer.returncode == 0, killer.stderr

    def all_back() -> bool:
        parts = project.parts()
        return parts.keys() == PARTS and all(
            part["State"]["Pid"] not in (0, before[name])
            and part["State"]["Health"]["Status"] == "healthy"
            for name, part in parts.items()
        )

    wait_until(all_back, 90, f"all parts healthy again, but: {project.health()}")
    await publish(project, "antes")
    wait_until(counted(project, "antes", 2), 10, "an event after the kill counted")


def test_down_and_up(project: Project) -> None:
    """`down` and `up` keep the counters, and counting goes on in the same store."""
    before = report(project)
    down = project.compose("down", timeout=120)
    assert down.returncode == 0, down.stderr

    project.up()
    after = report(project)

    assert after["epoca"] == before["epoca"]
    for cliente, count in before["clientes"].items():
        assert after["clientes"][cliente] >= count

    wait_until(lambda: report(project)["total"] > after["total"], 20, "the clients go on")
