"""The private node: what other tests build on."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable

import aiormq
import httpx
import pytest

from parts.broker import prepare
from tests.broker_stack import Broker, VirtualHost


async def test_shared_node_offers_fresh_virtual_hosts(vhost: VirtualHost) -> None:
    """A client with the virtual host's address can declare, publish and read."""
    connection = await aiormq.connect(vhost.url)
    channel = await connection.channel()
    await channel.queue_declare("q", durable=True, arguments={"x-queue-type": "quorum"})
    await channel.basic_publish(b"hola", routing_key="q")

    got = await channel.basic_get("q")

    assert got.body == b"hola"
    await connection.close()


def test_guest_is_nobody(broker: Broker) -> None:
    """The account that every manual knows does not exist."""
    assert whoami(broker, "guest", "guest").status_code == 401


def whoami(broker: Broker, user: str, password: str) -> httpx.Response:
    url = f"http://127.0.0.1:{broker.management_port}/api/whoami"
    return httpx.get(url, auth=(user, password), trust_env=False)


async def test_own_node_is_killed_frozen_and_started_again(
    own_broker: Callable[[], Broker],
) -> None:
    """
    What a node confirmed is there after a kill; a frozen one says nothing until it goes on.

    The data is kept; only the account is what the settings say now.
    """
    broker = own_broker()
    with broker.virtual_host() as vhost:
        connection = await aiormq.connect(vhost.url)
        channel = await connection.channel(publisher_confirms=True)
        await channel.queue_declare("q", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.basic_publish(b"hola", routing_key="q")

        vhost.wait_saved("q")
        broker.kill()
        with pytest.raises(ConnectionError):
            await aiormq.connect(vhost.url)
        old, broker.password = broker.password, "a-new-one"
        prepare(dataclasses.replace(broker.node, password="a-new-one"))
        broker.start()
        assert broker.api("GET", "/whoami").json()["tags"] == ["administrator"]
        assert whoami(broker, broker.user, old).status_code == 401
        connection = await aiormq.connect(vhost.url)
        channel = await connection.channel()
        got = await channel.basic_get("q")
        assert got.body == b"hola"

        broker.pause()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(channel.queue_declare("q", passive=True), 0.5)
        broker.resume()
        await connection.close()
