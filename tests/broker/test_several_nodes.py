"""RABBITMQ_HOST names the nodes of a real cluster: who is tried, and how a node is trusted."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from analytics_settings import read_settings
from broker import connection as analytics_connection
from broker.amqp_errors import broker_errors
from broker.connection import close, connect
from broker.management import ask, of_queue
from broker.node_pulse import NodePulse
from consuming.broker_writer import LOGIN_REFUSED
from publishing import node_connection
from publishing.broker_errors import BrokerAwayError
from publishing.broker_link import Broker, connected
from publishing.delivery_status import Trouble
from publishing.publisher import Publisher
from tests.broker_cluster import ADDRESSES, Cluster
from tests.broker_stack import VirtualHost
from tests.foreign_publisher import wait_for
from tests.port_ranges import free_ports
from tests.sender.delivery import Stream, streaming, until
from tests.stack import ROOT, Part, python_part

ALL = ",".join(ADDRESSES)
OFTEN = 8  # tries, each of which begins with any of two nodes
PUBLISHERS = 6  # so that some are at the node that dies, and come back at once


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes that the tests share."""
    with Cluster(tmp_path_factory.mktemp("cluster")).at_work() as running:
        yield running


@pytest.fixture
def vhost(cluster: Cluster) -> VirtualHost:
    """The one that all nodes have from the start: a further one takes each of them seconds."""
    cluster.complete()
    return VirtualHost(cluster.nodes[0], "/")


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """A node that takes connections and says nothing, as a frozen one does."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def given(vhost: VirtualHost, hosts: str, **more: str) -> dict[str, str]:
    return vhost.settings | {"RABBITMQ_HOST": hosts, **more}


def with_tls(cluster: Cluster, vhost: VirtualHost, **more: object) -> Mapping[str, str]:
    """The same nodes by AMQPS and https."""
    told = {
        "RABBITMQ_PORT": cluster.tls_port,
        "RABBITMQ_MANAGEMENT_PORT": cluster.tls_management_port,
        "RABBITMQ_TLS_CA": cluster.certificates.authority,
        **more,
    }
    return given(vhost, ALL) | {name: str(value) for name, value in told.items()}


async def reach(settings: Mapping[str, str]) -> None:
    """By each of the two ways: as the analytics do, and as all that publish do."""
    with broker_errors():
        await close(await connect(read_settings(settings), "prueba"))
    async with connected(broker_of(settings)):
        pass


def broker_of(settings: Mapping[str, str]) -> Broker:
    return Broker(
        host=settings["RABBITMQ_HOST"],
        port=int(settings["RABBITMQ_PORT"]),
        user=settings["RABBITMQ_USER"],
        password=settings["RABBITMQ_PASSWORD"],
        vhost=settings["RABBITMQ_VHOST"],
        connection_name="prueba",
        authorities=settings.get("RABBITMQ_TLS_CA", ""),
    )


async def test_a_dead_node_is_passed_over(vhost: VirtualHost) -> None:
    """Whichever comes first by lot, the other is connected to."""
    (nobody,) = free_ports(1)
    settings = given(vhost, f"127.0.0.1:{nobody},127.0.0.2")

    for _ in range(OFTEN):
        await reach(settings)


async def test_a_silent_node_is_passed_over(
    vhost: VirtualHost, silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt has its limit, here one in which a busy machine answers."""
    monkeypatch.setattr(analytics_connection, "CONNECT_TIMEOUT", 3.0)
    monkeypatch.setattr(node_connection, "CONNECT_TIMEOUT", 3.0)
    settings = given(vhost, f"{silent},127.0.0.3:{vhost.broker.port}")

    await asyncio.gather(*(reach(settings) for _ in range(OFTEN)))


async def test_what_a_node_says_goes_before_one_that_is_away(vhost: VirtualHost) -> None:
    """A refused login is what a person has to know, whichever was tried last."""
    (nobody,) = free_ports(1)
    settings = given(vhost, f"127.0.0.1:{nobody},127.0.0.2", RABBITMQ_PASSWORD="otra")

    for _ in range(OFTEN):
        with pytest.raises(LOGIN_REFUSED):
            await connect(read_settings(settings), "prueba")
        with pytest.raises(BrokerAwayError) as away:
            await reach_to_publish(settings)
        assert away.value.trouble is Trouble.LOGIN


async def reach_to_publish(settings: Mapping[str, str]) -> None:
    async with connected(broker_of(settings)):
        pass


async def test_encrypted(cluster: Cluster, vhost: VirtualHost) -> None:
    """With the authority that signed the nodes' certificate; management by https, too."""
    settings = with_tls(cluster, vhost)
    read = read_settings(settings)

    await reach(settings)
    answer = await asyncio.to_thread(ask, read, of_queue(read, "ninguna", "name"))

    assert answer is not None
    assert answer.status == 404


async def refused(settings: Mapping[str, str]) -> set[str]:
    """What each of the two ways says; it takes a person to end it."""
    with pytest.raises(OSError) as analytics:
        await connect(read_settings(settings), "prueba")
    with pytest.raises(BrokerAwayError) as publisher:
        await reach_to_publish(settings)
    assert publisher.value.trouble is Trouble.UNTRUSTED
    assert publisher.value.trouble.lasting
    return {str(analytics.value), publisher.value.detail}


async def test_a_stranger_among_the_authorities(cluster: Cluster, vhost: VirtualHost) -> None:
    """A certificate that another authority signed is refused, in a sentence."""
    stranger = cluster.certificates.stranger
    (told,) = await refused(
        with_tls(cluster, vhost, RABBITMQ_TLS_CA=stranger, RABBITMQ_HOST="127.0.0.1")
    )

    assert told.startswith(f"the certificate of 127.0.0.1:{cluster.tls_port} is not accepted (")
    assert told.endswith("RABBITMQ_TLS_CA must hold the authority that signed it")


async def test_a_certificate_for_other_names(cluster: Cluster, vhost: VirtualHost) -> None:
    """A node that is named otherwise than in its certificate could be anybody."""
    (told,) = await refused(with_tls(cluster, vhost, RABBITMQ_HOST="localhost"))

    assert told == (
        f"the certificate of localhost:{cluster.tls_port} is for other names than this one:"
        " write the node into RABBITMQ_HOST as its certificate does"
    )


async def test_a_port_without_encryption(cluster: Cluster, vhost: VirtualHost) -> None:
    """AMQP where AMQPS was expected is told as that."""
    (told,) = await refused(
        with_tls(cluster, vhost, RABBITMQ_HOST="127.0.0.1", RABBITMQ_PORT=cluster.port)
    )

    assert told.startswith(f"127.0.0.1:{cluster.port} does not speak TLS as we do (")
    assert told.endswith("is that its port for AMQPS?")


async def test_a_frozen_node_is_missed(cluster: Cluster, vhost: VirtualHost) -> None:
    """Within seconds: the other nodes take it for running, and wait for it, for a minute."""
    pulse = NodePulse(read_settings(given(vhost, ALL)))
    victim = cluster.nodes[2]

    async def looked_until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await pulse.look()

    await looked_until(lambda: len(pulse.names) == len(ADDRESSES) and not pulse.silent)
    victim.vm.pause()
    try:
        await looked_until(lambda: bool(pulse.silent))
        found = set(pulse.silent)
    finally:
        victim.vm.resume()
    await looked_until(lambda: not pulse.silent)

    assert found == {victim.name}


async def test_the_node_in_use_dies(cluster: Cluster, vhost: VirtualHost, tmp_path: Path) -> None:
    """Counting, here by TLS, and publishing go on at the others; who is missing is told."""
    (port,) = free_ports(1)
    settings = given(vhost, ALL)
    analytics = analytics_at(port, with_tls(cluster, vhost), tmp_path)
    report = f"http://127.0.0.1:{port}/reporte"
    try:
        await asyncio.to_thread(analytics.start)
        await told_members(report, {"total": 3, "en_linea": 3, "bastan": True})
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(publishing(broker_of(settings)))
                for _ in range(PUBLISHERS)
            ]
            await until(lambda: all(stream.confirmed > 10 for stream in streams))
            (first,) = nodes_in(analytics)
            cluster.node_at(first).vm.kill()
            await until(lambda: len(nodes_in(analytics)) > 1)
            confirmed = [stream.confirmed for stream in streams]
            await until(
                lambda: all(s.confirmed > c + 10 for s, c in zip(streams, confirmed, strict=True))
            )
            for stream in streams:
                await stream.end()
        sent = sum(stream.sent for stream in streams)
        await asyncio.to_thread(wait_for, report, lambda r: r["total"] == sent, 30)
        await told_members(report, {"total": 3, "en_linea": 2, "bastan": False})
        found = await doctors_word(settings)
    finally:
        analytics.kill()

    assert first not in nodes_in(analytics)[1:]
    assert "of the 3 members of cola_analiticas only 2 run" in analytics.log
    assert f"✗ AMQP {first}:{cluster.port}: " in found
    assert "The other nodes carry on" in found
    assert "✗ members of cola_analiticas: 3, of which 2 run" in found
    assert found.count("accepts publishers") == 2


@asynccontextmanager
async def publishing(broker: Broker) -> AsyncIterator[Stream]:
    publisher = Publisher(broker)
    async with asyncio.TaskGroup() as tasks:
        delivery = tasks.create_task(publisher.run())
        async with streaming(publisher) as stream:
            yield stream
        delivery.cancel()


def analytics_at(port: int, settings: Mapping[str, str], folder: Path) -> Part:
    more = {"REPORTE_PORT": str(port), "STORE_PATH": str(folder / "pulso.db")}
    return python_part(
        "analiticas", "servicio-analiticas/analiticas.py", {**settings, **more}, folder
    )


def nodes_in(analytics: Part) -> list[str]:
    """The addresses at which it consumed, one after the other."""
    return re.findall(r"listo: consuming cola_analiticas at ([\d.]+):", analytics.log)


async def told_members(report: str, members: dict[str, object]) -> None:
    await asyncio.to_thread(
        wait_for, f"{report}/estado", lambda estado: estado["miembros"] == members, 60
    )


async def doctors_word(settings: Mapping[str, str]) -> str:
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(ROOT / "sender" / "app.py"), "doctor"],
        env=dict(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout
