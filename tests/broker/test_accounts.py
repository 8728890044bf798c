"""rabbitmq/accounts.py: each service's account may do what it needs and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import aiormq
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from broker import topology
from broker.shards import MOST, SHARING_EXCHANGE, shards
from publishing.broker_link import Broker as BrokerAddress
from publishing.broker_link import connected
from publishing.publisher import Publisher
from tests.broker_stack import Broker

SCRIPT = Path(__file__).resolve().parents[2] / "rabbitmq" / "accounts.py"
ACCOUNTS = {"clientes": "clave-c", "entrada": "clave-e", "analiticas": "clave-a"}

Try = Callable[[AbstractChannel], Awaitable[object]]


def set_up(broker: Broker, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "RABBITMQ_MANAGEMENT_URL": f"http://{broker.host}:{broker.management_port}",
        "RABBITMQ_USER": broker.user,
        "RABBITMQ_PASSWORD": broker.password,
        **{f"{name.upper()}_PASSWORD": password for name, password in ACCOUNTS.items()},
        **more,
    }
    return subprocess.run(
        [sys.executable, str(SCRIPT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    """The exchange as it was at first, and after the accounts were set up."""
    return []


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, found: list[dict[str, Any]]) -> Iterator[Broker]:
    """A node with the accounts set up, and the topology declared by the analytics' account."""
    exchange = f"/exchanges/%2F/{topology.EXCHANGE}"
    with Broker(tmp_path_factory.mktemp("accounts")).at_work() as broker:
        found.append(broker.api("GET", exchange).json())  # as with `make run`
        broker.api("DELETE", exchange).raise_for_status()
        broker.api("PUT", "/users/guest", {"password": "guest", "tags": "administrator"})
        assert set_up(broker).returncode == 0
        found.append(broker.api("GET", exchange).json())  # as with compose
        broker.api("PUT", "/queues/%2F/ajena", {"durable": True}).raise_for_status()
        yield broker


@pytest.fixture
async def channels(node: Broker) -> AsyncIterator[Callable[[str], Awaitable[AbstractChannel]]]:
    """Opens a channel as one of the accounts."""
    opened = []

    async def channel_of(account: str) -> AbstractChannel:
        connection = await aio_pika.connect(
            host=node.host, port=node.port, login=account, password=ACCOUNTS[account]
        )
        opened.append(connection)
        return await connection.channel()

    await topology.declare(await channel_of("analiticas"))
    yield channel_of
    for connection in opened:
        await connection.close()


async def share_out(channel: AbstractChannel) -> None:
    """And take it all back, as queues become fewer."""
    _, second = shards(2)
    await topology.declare_queues(channel, 2)
    await topology.bind_queues(channel, 2)
    await consume(channel, second)
    await topology.bind_queues(channel, 1, [second])


async def publish_to_share(channel: AbstractChannel) -> None:
    await share_out(channel)
    await publish(channel, SHARING_EXCHANGE)


async def publish(channel: AbstractChannel, exchange: str) -> None:
    target = await channel.get_exchange(exchange, ensure=False)
    await target.publish(aio_pika.Message(b"{}"), routing_key=topology.QUEUE, timeout=5)


async def consume(channel: AbstractChannel, queue: str) -> None:
    async def take(message: AbstractIncomingMessage) -> None:
        await message.ack()

    await (await channel.get_queue(queue, ensure=False)).consume(take)


ALLOWED: dict[str, tuple[str, Try]] = {
    "a client publishes": ("clientes", lambda c: publish(c, topology.EXCHANGE)),
    "the intake publishes": ("entrada", lambda c: publish(c, topology.EXCHANGE)),
    "the analytics consume": ("analiticas", lambda c: consume(c, topology.QUEUE)),
    "the analytics declare": ("analiticas", topology.declare),
    "the analytics share the events out among queues": ("analiticas", share_out),
    # Without these the broker would not set aside for them what can't be counted
    "the analytics write what is rejected": (
        "analiticas",
        lambda c: publish(c, topology.REJECTED_EXCHANGE),
    ),
    "the analytics read what was rejected": (
        "analiticas",
        lambda c: consume(c, topology.REJECTED_QUEUE),
    ),
    "the analytics read what the broker set aside": (
        "analiticas",
        lambda c: consume(c, topology.SET_ASIDE_QUEUE),
    ),
    "the analytics try whether the broker writes": (
        "analiticas",
        lambda c: publish(c, topology.PROBE_EXCHANGE),
    ),
}
REFUSED: dict[str, tuple[str, Try]] = {
    f"{account} {what}": (account, attempt)
    for account in ("clientes", "entrada")
    for what, attempt in {
        "consumes": lambda c: consume(c, topology.QUEUE),
        "declares a queue": lambda c: c.declare_queue("otra"),
        "declares an exchange": lambda c: c.declare_exchange("otro", "fanout"),
        "deletes the queue": lambda c: c.queue_delete(topology.QUEUE),
        "publishes past the exchange": lambda c: publish(c, "amq.fanout"),
        "publishes straight into the queue": lambda c: publish(c, ""),
        "publishes what looks rejected": lambda c: publish(c, topology.REJECTED_EXCHANGE),
        "publishes a probe": lambda c: publish(c, topology.PROBE_EXCHANGE),
    }.items()
} | {
    f"analiticas {what}": ("analiticas", attempt)
    for what, attempt in {
        "publishes events": lambda c: publish(c, topology.EXCHANGE),
        "publishes to what shares them out": publish_to_share,
        "publishes past the exchange": lambda c: publish(c, "amq.fanout"),
        "publishes straight into the queue": lambda c: publish(c, ""),
        "declares another queue": lambda c: c.declare_queue("otra"),
        "declares another exchange": lambda c: c.declare_exchange("otro", "fanout"),
        "reads another queue": lambda c: consume(c, "ajena"),
    }.items()
}


@pytest.mark.parametrize("what", ALLOWED)
async def test_may(what: str, channels: Callable[[str], Awaitable[AbstractChannel]]) -> None:
    """What a service is there for goes through."""
    account, attempt = ALLOWED[what]

    await attempt(await channels(account))


@pytest.mark.parametrize("what", REFUSED)
async def test_may_not(what: str, channels: Callable[[str], Awaitable[AbstractChannel]]) -> None:
    """Anything else is refused by the broker."""
    account, attempt = REFUSED[what]

    with pytest.raises((aiormq.ChannelAccessRefused, aiormq.ChannelInvalidStateError)):
        await attempt(await channels(account))


def test_as_many_queues_as_may_be() -> None:
    """The rights name each of them, and no other queue that somebody may have."""
    account = json.loads(SCRIPT.with_name("accounts.json").read_text())["analiticas"]

    for right in ("configure", "write", "read"):
        assert all(re.fullmatch(account[right], name) for name in shards(MOST))
        for other in (
            "cola_analiticas.otra",
            "cola_analiticas.100",
            "cola_analiticas.2.rechazados",
        ):
            assert not re.fullmatch(account[right], other)


def test_the_exchange_is_there(node: Broker, found: list[dict[str, Any]]) -> None:
    """Before any service comes, with `make run` and with compose, as the analytics declare it."""
    kind = ("type", "durable", "auto_delete", "internal", "arguments")
    run, compose = found

    for exchange in (run, compose):
        assert [exchange[name] for name in kind] == ["fanout", True, False, False, {}]


def test_no_guest(node: Broker) -> None:
    """The account that every RabbitMQ is born with is gone."""
    assert node.api("GET", "/users/guest").status_code == 404


def test_no_account_administers(node: Broker) -> None:
    """The analytics may look at the management API, the operator may do anything, nobody else."""
    tags = {user["name"]: user["tags"] for user in node.api("GET", "/users").json()}

    assert tags == {
        node.user: ["administrator"],
        "analiticas": ["monitoring"],
        "clientes": [],
        "entrada": [],
    }


def test_a_wrong_operator_is_told(node: Broker) -> None:
    """A password that is not the operator's ends with 1 and is not printed."""
    done = set_up(node, RABBITMQ_PASSWORD="secreta-pero-falsa")

    assert done.returncode == 1
    assert "RABBITMQ_PASSWORD" in done.stderr
    assert "secreta-pero-falsa" not in done.stderr


def test_a_missing_password_is_named(node: Broker) -> None:
    done = set_up(node, ENTRADA_PASSWORD="")

    assert done.returncode == 2
    assert "ENTRADA_PASSWORD" in done.stderr


def test_operators_password_is_replaced_once(node: Broker) -> None:
    """With OPERADOR_PASSWORD the first run replaces the old password, and later runs log in."""
    for _ in range(2):
        assert set_up(node, OPERADOR_PASSWORD="nueva").returncode == 0

    assert node.api("GET", "/whoami").status_code == 401
    node.password = "nueva"
    assert node.api("GET", "/whoami").status_code == 200


def test_operators_password_is_replaced_again(node: Broker) -> None:
    """Also when it was replaced several times since the broker last heard of it."""
    known = node.password
    done = set_up(
        node,
        RABBITMQ_PASSWORD="de-env",
        OPERADOR_PASSWORD="tercera",
        OPERADOR_ANTERIORES=f"segunda,{known}",
    )

    assert done.returncode == 0, done.stderr
    node.password = "tercera"
    assert node.api("GET", "/whoami").status_code == 200


def test_demo_passwords_are_told(node: Broker) -> None:
    """Loudly, with the verb that replaces them; others are not spoken of."""
    assert "DEMO" not in set_up(node).stderr
    told = set_up(node, ENTRADA_PASSWORD="demo-entrada").stderr
    assert "DEMO PASSWORDS, known to everybody: entrada. `make secretos`" in told
    assert set_up(node).returncode == 0


async def test_publisher_needs_no_right_to_declare(
    node: Broker, channels: Callable[[str], Awaitable[AbstractChannel]]
) -> None:
    """The sender's publisher delivers with the account of the clients, which may only write."""
    queue = await (await channels("analiticas")).get_queue(topology.QUEUE)
    await queue.purge()
    address = BrokerAddress(node.host, node.port, "clientes", ACCOUNTS["clientes"], "/", "test")
    publisher = Publisher(address)
    async with asyncio.TaskGroup() as tasks:
        delivery = tasks.create_task(publisher.run())
        await publisher.publish("cliente_uno", b'{"cliente": "cliente_uno"}')
        await publisher.drain(10)
        delivery.cancel()

    assert publisher.unconfirmed == 0
    message = await queue.get(timeout=5)
    assert message.body == b'{"cliente": "cliente_uno"}'


async def test_publisher_makes_no_error_in_the_log(
    node: Broker, channels: Callable[[str], Awaitable[AbstractChannel]]
) -> None:
    """A client that connects leaves no error behind; the next one in the log is a later one's."""
    await (await channels("analiticas")).get_queue(topology.QUEUE)
    errors = node.vm.log.count("[error]")
    address = BrokerAddress(node.host, node.port, "clientes", ACCOUNTS["clientes"], "/", "test")

    async with connected(address):
        pass
    with pytest.raises(aiormq.ChannelAccessRefused):
        await (await channels("clientes")).declare_queue("marca_en_el_registro")

    while "marca_en_el_registro" not in node.vm.log:  # noqa: ASYNC110 - a file tells nobody
        await asyncio.sleep(0.05)
    told = node.vm.log.split("[error]")[errors + 1 :]
    assert [text for text in told if "exchange" in text] == []
    assert len([text for text in told if "Channel error on connection" in text]) == 1
