"""Which queues are new is found out whoever answers, and best without an error in a log."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import aio_pika
import pytest

from analytics_settings import Settings, read_settings
from broker import young_queues
from broker.topology import QUEUE_ARGUMENTS
from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports

QUEUES = ("una", "dos y media", "tres")


class NoBroker(BaseHTTPRequestHandler):
    """Says that nothing is there, as any other server would."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[int]:
    """The port of a server that is no RabbitMQ."""
    with HTTPServer(("127.0.0.1", 0), NoBroker) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


async def missing_of(vhost: VirtualHost, **settings: str) -> list[str]:
    """Declare one queue of three; return which are said to be missing."""
    read: Settings = read_settings(vhost.settings | settings)
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(QUEUES[1], durable=True, arguments=QUEUE_ARGUMENTS)
        return await young_queues.missing(read, connection, QUEUES)


def errors_about(vhost: VirtualHost) -> list[str]:
    said = vhost.broker.vm.log_path.read_text(errors="replace").splitlines()
    return [line for line in said if "[error]" in line and vhost.name in line]


async def test_management_tells_which_queues_are_new(vhost: VirtualHost) -> None:
    """And the broker's log has no error of it."""
    assert await missing_of(vhost) == [QUEUES[0], QUEUES[2]]
    assert errors_about(vhost) == []


async def test_without_management_the_broker_itself_is_asked(
    vhost: VirtualHost, stranger: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nobody answers, or somebody who is no RabbitMQ and knows of no queue."""
    monkeypatch.setattr(young_queues, "MANAGEMENT_SECONDS", 0.2)
    (nobody,) = free_ports(1)
    for port in (0, nobody, stranger):
        found = await missing_of(vhost, RABBITMQ_MANAGEMENT_PORT=str(port))
        assert found == [QUEUES[0], QUEUES[2]], port
    assert len(errors_about(vhost)) > 0  # which is why management is asked first


async def test_an_account_that_may_not_ask_management(vhost: VirtualHost) -> None:
    """It is asked for no more than it needs: the tag monitoring is for a number only."""
    broker = vhost.broker
    user = {"password": "plain", "tags": ""}
    broker.api("PUT", "/users/llana", user).raise_for_status()
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    broker.api("PUT", f"/permissions/{vhost.name}/llana", everything).raise_for_status()

    account = {"RABBITMQ_USER": "llana", "RABBITMQ_PASSWORD": "plain"}
    assert await missing_of(vhost, **account) == [QUEUES[0], QUEUES[2]]

    broker.api("DELETE", "/users/llana").raise_for_status()
