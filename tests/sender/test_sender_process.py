"""The sender as the process that people and supervisors see: what it says, and how it ends."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports
from tests.sender.delivery import LIMIT, BoundQueue, all_events, until
from tests.stack import Part, python_part

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "evento.json").read_text())
FAST = {"CLIENTE": "cliente_uno", "EVENTS_PER_SECOND": 200}


def sender(folder: Path, settings: dict[str, Any]) -> Part:
    return python_part("sender", "sender/app.py", settings, folder)


def ended(part: Part, signum: signal.Signals) -> int:
    os.kill(part.pid, signum)
    return part.wait(LIMIT)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
async def test_publishes_until_told_to_stop(
    vhost: VirtualHost, tmp_path: Path, signum: signal.Signals
) -> None:
    """It is ready, publishes what the contract accepts, and ends with everything confirmed."""
    queue = BoundQueue(vhost)
    await queue.declare()
    part = sender(tmp_path, vhost.settings | FAST)
    part.start()
    async with asyncio.timeout(LIMIT):
        while await queue.depth() < 20:
            assert part.running

    assert ended(part, signum) == 0
    assert part.log.count("listo") == 1
    assert "every event is confirmed" in part.log
    assert vhost.broker.password not in part.log
    for body in all_events(await queue.take_all()):
        event = json.loads(body)
        assert event["cliente"] == "cliente_uno"
        assert list(event) == list(CONTRACT["accepted"][0]["body"])


async def test_stops_with_what_it_can_not_deliver(vhost: VirtualHost, tmp_path: Path) -> None:
    """Without a queue it still ends in time; number and exit code say what may be lost."""
    part = sender(tmp_path, vhost.settings | FAST)
    part.start()
    await until(lambda: "no queue is bound" in part.log)

    assert ended(part, signal.SIGTERM) == 4
    assert "never confirmed and may be lost: " in part.log


async def test_stops_while_the_broker_is_frozen(vhost: VirtualHost, tmp_path: Path) -> None:
    """A connection that does not even answer a close can't hold up the end."""
    await BoundQueue(vhost).declare()
    part = sender(tmp_path, vhost.settings | FAST)
    part.start()
    vhost.broker.pause()
    try:
        await asyncio.sleep(1)  # some 200 events, of which nobody hears
        assert ended(part, signal.SIGTERM) == 4
    finally:
        vhost.broker.resume()


async def test_starts_without_a_broker(tmp_path: Path) -> None:
    """With nobody at the port it says so and goes on, and is not ready."""
    (nobody,) = free_ports(1)
    part = sender(tmp_path, FAST | {"RABBITMQ_PORT": nobody, "RABBITMQ_PASSWORD": "no-imprimir"})
    part.start(wait=False)
    try:
        await until(lambda: "the broker is away" in part.log)
    finally:
        part.kill()

    assert str(nobody) in part.log
    assert "listo" not in part.log
    assert "no-imprimir" not in part.log


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ({"RABBITMQ_PASSWORD": "no-es-esta"}, "ACCESS_REFUSED"),
        ({"RABBITMQ_VHOST": "no-existe"}, "virtual host refused"),
    ],
)
async def test_refused_login_is_named(
    vhost: VirtualHost, tmp_path: Path, setting: dict[str, str], what: str
) -> None:
    """A login that the broker refuses names the variables to look at, never the password."""
    part = sender(tmp_path, vhost.settings | FAST | setting)
    part.start(wait=False)
    try:
        await until(lambda: "the broker refuses the login; check RABBITMQ_USER" in part.log)
        assert what in part.log
    finally:
        part.kill()
    assert vhost.broker.password not in part.log
    assert "no-es-esta" not in part.log


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "CLIENTE is not set: it is the name to publish as"),
        ({"CLIENTE": "x" * 65}, "CLIENTE='xxx"),
        ({"CLIENTE": "a", "EVENTS_PER_SECOND": "0"}, "EVENTS_PER_SECOND='0': "),
    ],
)
def test_wrong_setting_ends_it(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    """A wrong or missing setting is one sentence and exit code 2, before anything is tried."""
    part = sender(tmp_path, settings)
    part.start(wait=False)

    assert part.wait(LIMIT) == 2
    assert sentence in part.log
    assert len(part.log.splitlines()) == 1
