"""contracts/asyncapi.json beside a chain at work: what it says is there, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import aio_pika
import aiormq
import pytest
from pamqp.commands import Basic
from websockets.asyncio.client import connect

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.contracts.asyncapi_document import PATH, channel, document, exchanges, queues
from tests.foreign_publisher import publish, read, wait_for
from tests.stack import ROOT

TYPES: dict[str, type[Any]] = {"long-string": str, "long-int": int}
LARGEST_LONG_INT = 2**31 - 1
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
PANEL = channel("panel")
ON_OTHER_TESTS = {"401", "429", "502", "503"}
"""Statuses that tests/compose, tests/push and tests/panel bring about."""


@pytest.fixture(scope="module")
def chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """One for all of these tests."""
    with (
        broker.virtual_host() as vhost,
        Chain(vhost, tmp_path_factory.mktemp("contract")).at_work() as chain,
    ):
        yield chain


def test_exchanges_are_those_of_the_document(chain: Chain) -> None:
    """As the management API tells them, apart from RabbitMQ's own."""
    found = {
        each["name"]: {
            "name": each["name"],
            "type": each["type"],
            "durable": each["durable"],
            "autoDelete": each["auto_delete"],
            "vhost": "/",
            "x-internal": each["internal"],
            "x-arguments": each["arguments"],
        }
        for each in chain.vhost.api("GET", "exchanges").json()
        if each["name"] and not each["name"].startswith("amq.")
    }

    assert found == exchanges()


def test_queues_are_those_of_the_document(chain: Chain) -> None:
    """With the same arguments, of the types that are said, and bound to the same exchanges."""
    found = {each["name"]: each for each in chain.vhost.api("GET", "queues").json()}

    assert found.keys() == queues().keys()
    for name, said in queues().items():
        there = found[name]
        assert {k: v["value"] for k, v in said["x-arguments"].items()} == there["arguments"]
        for argument in said["x-arguments"].values():
            assert type(argument["value"]) is TYPES[argument["type"]]
            assert argument["type"] != "long-int" or argument["value"] <= LARGEST_LONG_INT
        assert (there["durable"], there["exclusive"], there["auto_delete"]) == (
            said["durable"],
            said["exclusive"],
            said["autoDelete"],
        )
        assert bindings_of(chain, name) == said["x-bound-to"]


def bindings_of(chain: Chain, queue: str) -> list[dict[str, str]]:
    """Which exchanges lead to a queue; a fanout looks at no key, so that it may be any."""
    found = chain.vhost.api("GET", "bindings").json()
    return [
        {"exchange": each["source"], "routingKey": ""}
        for each in found
        if each["destination"] == queue and each["source"]
    ]


def test_a_program_that_knows_only_the_document(chain: Chain) -> None:
    """It declares, publishes one event twice under one id, is counted once, and sees it."""
    client = "cliente_uno"
    before = read(chain.report_url)
    count = before["clientes"].get(client, 0)
    ledger = read(f"{chain.report_url}/libro")["mensajes"]

    done = run(chain, f"{chain.origin}/asyncapi.json")

    assert done["event"]["cliente"] == client
    assert done["seen"] == [count, count + 1]
    after = wait_for(
        f"{chain.report_url}/libro",
        lambda libro: libro["mensajes"]["recibidos"] == ledger["recibidos"] + 2,
    )["mensajes"]
    assert after["contados"] == ledger["contados"] + 1
    assert after["duplicados"] == ledger["duplicados"] + 1
    assert read(chain.report_url)["total"] == before["total"] + 1


def test_other_arguments_are_refused(chain: Chain, tmp_path: Path) -> None:
    """So the arguments of the document are what the broker compares."""
    wrong = json.loads(PATH.read_text())
    queue = wrong["channels"]["analyticsQueue"]["bindings"]["amqp"]["queue"]
    queue["x-arguments"]["x-delivery-limit"]["value"] += 1
    (tmp_path / "schemas").symlink_to(PATH.parent / "schemas")
    (tmp_path / PATH.name).write_text(json.dumps(wrong))

    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(chain, (tmp_path / PATH.name).as_uri())

    assert "PRECONDITION_FAILED" in refused.value.stderr


def run(chain: Chain, document: str) -> dict[str, Any]:
    broker, vhost = chain.vhost.broker, chain.vhost.name
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.contracts.contract_publisher"),
            document,
            *(f"broker.host={broker.host}", f"broker.port={broker.port}", f"broker.vhost={vhost}"),
            *(f"user={broker.user}", f"password={broker.password}"),
            f"panel.port={chain.routes.web_port}",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


Publish = Callable[[aio_pika.abc.AbstractChannel], Any]


@pytest.mark.parametrize("begin", ["The message is larger", "The property user_id", "There is no"])
async def test_what_the_broker_refuses(chain: Chain, begin: str) -> None:
    """A message that is too large, of another user, or for an exchange that is not there."""
    events, large = "eventos_clientes", b"{" + b" " * 1024**2
    attempts: dict[str, Publish] = {
        "The message is larger": lambda channel: to(events, channel, large),
        "The property user_id": lambda channel: to(events, channel, b"{}", user_id="otro"),
        "There is no": lambda channel: to("no_existe", channel, b"{}"),
    }
    names = {406: aiormq.ChannelPreconditionFailed, 404: aiormq.ChannelNotFoundEntity}
    said = refusal(begin)
    assert said["is"] == "channel.close"

    async with await aio_pika.connect(chain.vhost.url) as connection:
        channel = await connection.channel(on_return_raises=True)
        with pytest.raises(names[said["code"]]):
            await attempts[begin](channel)


async def test_what_no_queue_gets_is_returned(chain: Chain) -> None:
    """As it is while the queue is too new to be bound."""
    said = refusal("No queue is bound")
    async with await aio_pika.connect(chain.vhost.url) as connection:
        channel = await connection.channel(on_return_raises=True)
        await channel.declare_exchange("sin_colas", "fanout", auto_delete=True)
        with pytest.raises(aiormq.PublishError) as returned:
            await to("sin_colas", channel, b"{}")
        await channel.exchange_delete("sin_colas")

    frame = returned.value.frame
    assert isinstance(frame, Basic.Return)
    assert (said["is"], said["code"]) == ("basic.return", frame.reply_code)


def refusal(begin: str) -> dict[str, Any]:
    """The only refusal whose reason begins so."""
    rows = document()["operations"]["receiveEvents"]["x-refusals"]
    (found,) = [row for row in rows if row["when"].startswith(begin)]
    row: dict[str, Any] = found
    return row


async def to(
    exchange: str, channel: aio_pika.abc.AbstractChannel, body: bytes, **properties: Any
) -> None:
    there = await channel.get_exchange(exchange, ensure=False)
    await there.publish(aio_pika.Message(body, **properties), routing_key="", timeout=10)


async def test_a_queue_of_ones_own(chain: Chain) -> None:
    """Another consumer's queue, declared as the document says, gets what is counted."""
    said = channel("events")["x-other-consumers"]["queue"]
    async with await aio_pika.connect(chain.vhost.url) as connection:
        own = await connection.channel()
        queue = await own.declare_queue(
            "de_otro",
            durable=said["durable"],
            arguments={name: each["value"] for name, each in said["x-arguments"].items()},
        )
        for bound in said["x-bound-to"]:
            await queue.bind(bound["exchange"], bound["routingKey"])

        await publish(chain.vhost, {"cliente": "para dos"}, "para dos")

        async with asyncio.timeout(10), queue.iterator() as messages:
            assert (await anext(messages)).body == b'{"cliente": "para dos"}'
        await queue.delete(if_empty=False, if_unused=False)
    wait_for(chain.report_url, lambda report: "para dos" in report["clientes"])


HANDSHAKES: dict[str, tuple[str, str, dict[str, str]]] = {
    "101": ("GET", "", {}),
    "400": ("GET", "", {"Sec-WebSocket-Version": "8"}),
    "403": ("GET", "", {"Origin": "https://evil.example"}),
    "404": ("GET", "/x", {}),
    "405": ("POST", "", {}),
    "421": ("GET", "", {"Host": "evil.example"}),
    "426": ("GET", "", {"Connection": "close", "Upgrade": ""}),
}


def test_every_status_of_a_handshake_is_there() -> None:
    """Each that the document has is brought about here, or by tests of their own."""
    assert PANEL["x-handshake-statuses"].keys() == HANDSHAKES.keys() | ON_OTHER_TESTS
    assert "Origin" in HANDSHAKES[str(PANEL["x-origin"]["refusedWith"])][2]


@pytest.mark.parametrize("status", HANDSHAKES)
def test_statuses_of_a_handshake(chain: Chain, status: str) -> None:
    """What is answered through the proxy to who asks for something else."""
    method, path, headers = HANDSHAKES[status]
    connection = HTTPConnection("127.0.0.1", chain.routes.web_port, timeout=10)
    try:
        connection.request(method, PANEL["address"] + path, headers=UPGRADE | headers)
        assert connection.getresponse().status == int(status)
    finally:
        connection.close()


async def test_what_is_never_negotiated(chain: Chain) -> None:
    """No subprotocol, no extension is chosen, and a query changes nothing."""
    assert PANEL["x-subprotocols"]["names"] == PANEL["x-extensions"]["names"] == []
    url = f"ws://127.0.0.1:{chain.routes.web_port}{PANEL['address']}?una=cosa"
    async with connect(url, compression="deflate", proxy=None) as socket:
        assert socket.protocol.extensions == []
    async with connect(url, subprotocols=["pulso"], proxy=None) as socket:  # type: ignore[list-item]
        assert socket.subprotocol is None
