"""A private RabbitMQ for tests: the node of `make run`, on free ports, in a folder of its own."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from parts.broker import Node, epmd_command, node_command, node_environment, prepare
from tests.port_ranges import free_ports
from tests.stack import HTTP, Part, listens


class Broker:
    """
    A running node. `pause`, `resume`, `kill` and `start` act on the Erlang VM itself.

    Tests that share one isolate themselves by `virtual_host()`; one that kills or freezes it
    takes a node of its own.
    """

    host = "127.0.0.1"

    def __init__(self, folder: Path, settings: str = "") -> None:
        """Prepare one in *folder*, with *settings* as more lines of its rabbitmq.conf."""
        self.port, self.management_port, epmd, distribution = free_ports(4)
        self.user, self.password = "pulso", secrets.token_hex(8)
        self.node = Node(
            folder, self.port, self.management_port, epmd, distribution, self.user, self.password
        )
        prepare(self.node)
        (folder / "conf.d" / "20-tests.conf").write_text(settings)
        self.epmd = Part(
            "epmd", epmd_command(self.node), os.environ, folder, lambda _: listens(epmd)
        )
        environment = node_environment(self.node, os.environ)
        command = node_command(self.node)
        self.vm = Part("rabbitmq", command, environment, folder, lambda _: self.ready())

    def start(self, wait: bool = True) -> None:
        if not self.epmd.running:
            self.epmd.start()
        self.vm.start(wait)

    @contextmanager
    def at_work(self) -> Iterator[Broker]:
        """Started; discarded at the end."""
        try:
            self.start()
            yield self
        finally:
            self.discard()

    def stop(self) -> None:
        """End the node as a shutdown does, and epmd."""
        self.vm.stop()
        self.epmd.stop()

    def kill(self) -> None:
        """End the node at once; what it confirmed is on disk."""
        self.vm.kill()

    def discard(self) -> None:
        """End node and epmd at once, for good: a clean stop takes 6 s."""
        self.vm.kill()
        self.epmd.kill()

    def pause(self) -> None:
        self.vm.pause()

    def resume(self) -> None:
        self.vm.resume()

    def ready(self) -> bool:
        """Whether it serves AMQP and the management API."""
        try:
            return listens(self.port) and self.api("GET", "/whoami").is_success
        except httpx.HTTPError:
            return False

    def api(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Call the management API; *path* without `/api`, names in it quoted by the caller."""
        return HTTP.request(
            method,
            f"http://{self.host}:{self.management_port}/api{path}",
            json=body,
            auth=httpx.BasicAuth(self.user, self.password),
            timeout=10,
        )

    @contextmanager
    def virtual_host(self) -> Iterator[VirtualHost]:
        """A fresh virtual host, deleted at the end unless the node is gone by then."""
        name = f"test-{secrets.token_hex(6)}"
        self.api("PUT", f"/vhosts/{name}").raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        self.api("PUT", f"/permissions/{name}/{self.user}", everything).raise_for_status()
        try:
            yield VirtualHost(self, name)
        finally:
            if self.vm.running:
                self.resume()
                self.api("DELETE", f"/vhosts/{name}").raise_for_status()


@dataclass(frozen=True, slots=True)
class VirtualHost:
    """Where one test's exchanges and queues live."""

    broker: Broker
    name: str

    @property
    def settings(self) -> dict[str, str]:
        """The variables that a service reads to connect to it."""
        return {
            "RABBITMQ_HOST": self.broker.host,
            "RABBITMQ_PORT": str(self.broker.port),
            "RABBITMQ_USER": self.broker.user,
            "RABBITMQ_PASSWORD": self.broker.password,
            "RABBITMQ_VHOST": self.name,
            "RABBITMQ_MANAGEMENT_PORT": str(self.broker.management_port),
            "QUEUE_SETTLE_SECONDS": "0",  # 2 s a test; who kills a young node wants the default
        }

    @property
    def url(self) -> str:
        """The address for an AMQP client."""
        broker, name = self.broker, quote(self.name, safe="")
        return f"amqp://{broker.user}:{broker.password}@{broker.host}:{broker.port}/{name}"

    def api(self, method: str, kind: str, path: str = "", body: Any = None) -> httpx.Response:
        """Call the management API on *kind* (queues, exchanges, bindings) of this virtual host."""
        return self.broker.api(method, f"/{kind}/{quote(self.name, safe='')}{path}", body)

    def queue(self, name: str) -> dict[str, Any]:
        """What the management API says of a queue; its counts are up to 5 s old."""
        answer = self.api("GET", "queues", f"/{quote(name, safe='')}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def purge(self, queue: str) -> None:
        """Drop what waits in a queue; what its consumer holds already is not touched."""
        path = f"/{quote(queue, safe='')}/contents"
        self.api("DELETE", "queues", path).raise_for_status()

    def wait_saved(self, queue: str) -> None:
        """
        Wait until a kill of the node spares a new quorum queue, and its bindings.

        Mnesia writes that a change is decided up to 2 s later, or with the next change; what is
        undecided when the node dies is undone.
        """
        end = time.monotonic() + 10
        while not member_saved(self.broker.node.folder, f"{self.name}_{queue}"):
            assert time.monotonic() < end, f"{queue} was never saved"
            time.sleep(0.02)
        another = {"type": "fanout", "durable": True}
        self.api("PUT", "exchanges", "/guardado", another).raise_for_status()


def member_saved(folder: Path, member: str) -> bool:
    """
    Whether a node's folder holds the name of a quorum queue's Raft member.

    RabbitMQ 3.10 writes it up to a second after the declaration; a queue whose node is killed
    before that never answers again.
    """
    (names,) = folder.glob("data/*/quorum/*/names.dets")
    term = bytes([len(member)]) + member.encode()  # or a longer name that begins like it
    return term in names.read_bytes()
