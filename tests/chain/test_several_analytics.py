"""Three analytics on one PostgreSQL and one queue: whichever is asked, it speaks for all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle

import aio_pika
import httpx
import psycopg
import pytest

from broker.topology import PROBE_QUEUE
from tests.broker_stack import Broker, VirtualHost
from tests.foreign_publisher import EXCHANGE, publish, read, wait_for
from tests.port_ranges import free_ports
from tests.postgres_stack import Postgres
from tests.stack import HTTP, Part, python_part
from tests.topology_job import declare_topology

ANALYTICS = "servicio-analiticas/analiticas.py"


class Several:
    def __init__(self, vhost: VirtualHost, parts: list[Part]) -> None:
        self.vhost, self.parts = vhost, parts
        self.urls = [
            f"http://127.0.0.1:{part.environment['REPORTE_PORT']}/reporte" for part in parts
        ]

    def total(self) -> int:
        return int(read(self.urls[0])["total"])

    def metric(self, series: str) -> list[float]:
        """What each of them tells of it."""
        texts = (
            HTTP.get(f"http://127.0.0.1:{part.environment['METRICS_PORT']}/metrics").text
            for part in self.parts
        )
        return [
            float(line.removeprefix(f"{series} "))
            for text in texts
            for line in text.splitlines()
            if line.startswith(f"{series} ")
        ]

    def all_count(self, total: int) -> None:
        """Wait until each of them tells it."""
        for url in self.urls:
            wait_for(url, lambda report: report["total"] == total, 30)


@pytest.fixture(name="several", scope="module")
def _several(
    broker: Broker, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Several]:
    folder = tmp_path_factory.mktemp("several")
    with broker.virtual_host() as vhost, ExitStack() as stack:
        settings = vhost.settings | {"STORE_URL": postgres.fresh()}
        parts = []
        ports = free_ports(6)
        for number, (port, metrics) in enumerate(zip(ports[:3], ports[3:], strict=True)):
            mine = settings | {"REPORTE_PORT": str(port), "METRICS_PORT": str(metrics)}
            parts.append(python_part(f"analiticas-{number}", ANALYTICS, mine, folder))
        for part in parts:
            stack.callback(part.kill)
            part.start(wait=False)  # each waits for the queues
        declare_topology(vhost)
        for part in parts:
            part.wait_ready()
        yield Several(vhost, parts)
        assert all("Traceback" not in part.log for part in parts)


async def publish_each(vhost: VirtualHost, bodies: dict[str, bytes]) -> None:
    """Each by its id, confirmed, over one connection."""
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        for message_id, body in bodies.items():
            message = aio_pika.Message(body, message_id=message_id)
            await exchange.publish(message, routing_key="", timeout=10)


def some(name: str, count: int) -> dict[str, bytes]:
    return {f"{name}-{n}": b'{"cliente":"%s-%d"}' % (name.encode(), n % 7) for n in range(count)}


def go_round(several: Several, until: int) -> dict[str, bytes]:
    """Ask one after the other as one reader, until all is counted; return what each version was."""
    seen: dict[str, bytes] = {}
    newest, etag = 0, ""
    for url in cycle(several.urls):
        answer = HTTP.get(url, headers={"If-None-Match": etag} if etag else {}, timeout=5)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            continue
        report = answer.raise_for_status().json()
        assert report["version"] >= newest
        newest, etag = report["version"], answer.headers["ETag"]
        assert seen.setdefault(etag, answer.content) == answer.content
        if report["total"] >= until:
            return seen
    raise AssertionError


async def test_a_reader_goes_round(several: Several) -> None:
    """No version is lower than one before, and equal ones have the same bytes, under load too."""
    until = several.total() + 400
    publishing = asyncio.create_task(publish_each(several.vhost, some("vuelta", 400)))
    rounds = [asyncio.to_thread(go_round, several, until) for _ in range(3)]

    each = await asyncio.gather(*rounds)
    await publishing

    together: dict[str, bytes] = {}
    for seen in each:
        for etag, body in seen.items():
            assert together.setdefault(etag, body) == body
    several.all_count(until)
    assert len({HTTP.get(url).content for url in several.urls}) == 1
    assert len({HTTP.get(f"{url}/libro").json()["sin_id"] for url in several.urls}) == 1
    assert len({HTTP.get(f"{url}/clientes").json()["distintos"] for url in several.urls}) == 1


async def test_who_waits_hears_of_what_another_counts(several: Several) -> None:
    """One of them counts it, and the waits at all of them end."""
    before = several.total()
    several.all_count(before)
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        tags = [(await client.get(url)).headers["ETag"] for url in several.urls]
        waits = [
            asyncio.create_task(
                client.get(url, headers={"If-None-Match": tag, "Prefer": "wait=25"})
            )
            for url, tag in zip(several.urls, tags, strict=True)
        ]
        await asyncio.sleep(0.2)  # they wait, or are answered at once: either will do
        await publish(several.vhost, {"cliente": "a"}, "una-sola")
        answers = await asyncio.gather(*waits)

    assert [answer.json()["total"] for answer in answers] == [before + 1] * 3


async def test_a_version_that_somebody_made_up(several: Several) -> None:
    """It is answered with what there is."""
    report = read(several.urls[0])
    for tag in (f'"{report["epoca"]}-{report["version"] + 99}"', '"otra-1"', '"nada"'):
        answer = HTTP.get(several.urls[0], headers={"If-None-Match": tag}, timeout=5)
        assert (answer.status_code, answer.json()) == (200, report)


async def test_the_same_id_at_several(several: Several) -> None:
    """A copy counts once, whoever gets it."""
    before = several.total()
    copies = read(f"{several.urls[0]}/libro")["mensajes"]["duplicados"]
    same = some("copia", 30)
    await asyncio.gather(*(publish_each(several.vhost, same) for _ in range(4)))

    several.all_count(before + 30)
    for url in several.urls:
        wait_for(f"{url}/libro", lambda book: book["mensajes"]["duplicados"] == copies + 90, 30)
    assert several.total() == before + 30


async def test_metrics_add_up(several: Several) -> None:
    """Counters are the share of each, gauges what all of them know."""
    total, share = several.total(), 'pulso_messages_total{fate="counted"}'
    before = sum(several.metric(share))
    await publish_each(several.vhost, some("medida", 90))
    several.all_count(total + 90)
    for url in several.urls:
        wait_for(f"{url}/estado", lambda state: state["instancias"] == 3, 20)

    assert sum(several.metric(share)) == before + 90
    (counted,) = {read(f"{url}/libro")["mensajes"]["contados"] for url in several.urls}
    assert several.metric('pulso_ledger_messages{fate="counted"}') == [counted] * 3
    assert several.metric("pulso_ledger_events") == [total + 90] * 3
    assert several.metric("pulso_instances") == [3.0] * 3
    assert several.metric("pulso_store_writable") == [1.0] * 3


async def test_one_is_killed_in_the_middle(several: Several) -> None:
    """The others count on, what it had in hand is counted once, and it comes back."""
    before = several.total()
    victim = several.parts[1]
    publishing = asyncio.create_task(publish_each(several.vhost, some("muerte", 400)))
    await asyncio.to_thread(
        wait_for, several.urls[0], lambda report: report["total"] > before + 50, 30
    )
    victim.kill()
    await publishing
    for url in (several.urls[0], several.urls[2]):
        await asyncio.to_thread(wait_for, url, lambda r: r["total"] == before + 400, 30)
    victim.start()

    several.all_count(before + 400)


async def test_the_state_is_of_all(several: Several) -> None:
    """How many there are, their rates as one sum; one that is frozen is left out after a while."""
    for url in several.urls:
        wait_for(f"{url}/estado", lambda state: state["instancias"] == 3, 20)
    several.parts[2].pause()
    try:
        state = wait_for(f"{several.urls[0]}/estado", lambda s: s["instancias"] == 2, 20)
        assert (state["broker"], state["almacen"]) == ("conectado", "ok")
        before = several.total()
        await publish_each(several.vhost, some("helada", 60))
        wait_for(several.urls[0], lambda report: report["total"] >= before + 40, 30)
    finally:
        several.parts[2].resume()

    several.all_count(before + 60)
    rates = wait_for(
        f"{several.urls[1]}/estado", lambda state: state["tasas"]["60s"] * 60 >= 60, 20
    )
    assert rates["retraso"]["mensajes"] >= 60


def test_who_died_is_left_out_at_once(several: Several) -> None:
    """Its server knows: it need not have been silent for long."""
    state = f"{several.urls[0]}/estado"
    wait_for(state, lambda told: told["instancias"] == 3, 20)
    several.parts[2].kill()
    with psycopg.connect(several.parts[0].environment["STORE_URL"]) as db:
        db.execute("UPDATE instancias SET visto = clock_timestamp() + interval '1 hour'")

    wait_for(state, lambda told: told["instancias"] == 2, 20)

    several.parts[2].start()
    wait_for(state, lambda told: told["instancias"] == 3, 20)


async def test_details_are_the_same_at_each(several: Several) -> None:
    """Rejected messages, one client, and history, wherever they are asked for."""
    await publish(several.vhost, b"no es json", "mala")
    await publish(several.vhost, {"cliente": "detalle", "timestamp": time.time()}, "detalle")
    for url in several.urls:
        wait_for(f"{url}/rechazados", lambda found: found["rechazados"] == 1, 20)
        wait_for(f"{url}/historia", lambda found: sum(found["series"][0]["puntos"]) > 0, 20)
        assert wait_for(url, lambda report: "detalle" in report["clientes"], 20)
        assert read(f"{url}/clientes?cliente=detalle")["total"] == 1


async def test_nobody_declares_a_queue_anew(several: Several) -> None:
    """One that is deleted is told of, and is there again when the job has run again."""
    before = several.total()
    several.vhost.api("DELETE", "queues", f"/{PROBE_QUEUE}").raise_for_status()
    for url in several.urls:
        wait_for(f"{url}/estado", lambda state: state["broker"] == "reconectando", 30)
    end = time.monotonic() + 20
    while not all("there is no queue" in part.log for part in several.parts):
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    with pytest.raises(aio_pika.exceptions.ChannelNotFoundEntity):
        await look_for(several.vhost, PROBE_QUEUE)

    declare_topology(several.vhost)

    for url in several.urls:
        wait_for(f"{url}/estado", lambda state: state["broker"] == "conectado", 30)
    await publish(several.vhost, {"cliente": "a"}, "otra-vez")
    several.all_count(before + 1)


async def look_for(vhost: VirtualHost, queue: str) -> None:
    async with await aio_pika.connect(vhost.url) as connection:
        channel = await connection.channel()
        await channel.declare_queue(queue, passive=True)
