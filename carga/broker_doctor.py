"""What `doctor` finds of the broker: each of its nodes, their version, and the queue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from carga.finding import START, Finding, away
from carga.run.plan import first_connection
from carga.settings import LoadSettings
from comun.broker_nodes import BrokerNode, trust
from publishing.broker_errors import BrokerAwayError
from publishing.broker_link import connected

TIMEOUT = httpx.Timeout(5, connect=2)
QUEUE = "cola_analiticas"
# As servicio-analiticas declares it; design: docs/guarantees.md
QUEUE_ARGUMENTS: Mapping[str, object] = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 1_000_000,
    "x-dead-letter-exchange": "eventos_clientes.rechazados",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}
OLDEST_BROKER = (3, 10)
ENOUGH_MEMBERS = 3


async def examine_broker(settings: LoadSettings) -> list[Finding]:
    tls = trust(settings.rabbitmq_tls_ca) if settings.rabbitmq_tls_ca else True
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=tls) as http:
        nodes, management = await asyncio.gather(_nodes(settings), _management(settings, http))
    return [*nodes, *management]


async def _nodes(settings: LoadSettings) -> list[Finding]:
    """One that is missing is a fault, and no reason to give up, as long as there are others."""
    found = await asyncio.gather(*(_node(settings, node) for node in settings.nodes))
    if not any(each.bien for each in found):
        return list(found)
    carry_on = "The other nodes carry on. Start this one, or take it out of RABBITMQ_HOST"
    return [
        each if each.bien else msgspec.structs.replace(each, remedio=carry_on, inalcanzable=False)
        for each in found
    ]


async def _node(settings: LoadSettings, node: BrokerNode) -> Finding:
    what = f"AMQP {node}"
    try:
        async with connected(first_connection(settings, str(node))):
            return Finding(que=what, bien=True, hallado="accepts publishers")
    except BrokerAwayError as error:
        cure = f"{START}; or set RABBITMQ_HOST, RABBITMQ_PORT, RABBITMQ_USER as in .env"
        return away(what, f"{error.trouble.value} ({error.detail})", cure)


async def _management(settings: LoadSettings, http: httpx.AsyncClient) -> list[Finding]:
    """Of the first node that answers: each knows all."""
    port = settings.rabbitmq_management_port
    addresses = [BrokerNode(node.host, port) for node in settings.nodes]
    for address in addresses:
        try:
            return await _management_at(address, settings, http)
        except httpx.HTTPError as error:
            why = str(error) or type(error).__name__
    what = f"management {', '.join(map(str, addresses))}"
    cure = f"{START}; or set RABBITMQ_MANAGEMENT_PORT as in .env"
    return [away(what, f"does not answer ({why})", cure)]


async def _management_at(
    address: BrokerNode, settings: LoadSettings, http: httpx.AsyncClient
) -> list[Finding]:
    """Raises httpx.HTTPError."""
    base = f"{'https' if settings.rabbitmq_tls_ca else 'http'}://{address}/api"
    login = httpx.BasicAuth(settings.rabbitmq_user, settings.rabbitmq_password)
    path = f"/queues/{quote(settings.rabbitmq_vhost, safe='')}/{QUEUE}"
    overview = await http.get(f"{base}/overview", auth=login)
    queue = await http.get(base + path, auth=login)
    if overview.status_code != 200:
        cure = "Set RABBITMQ_USER and RABBITMQ_PASSWORD as in .env; the user needs a management tag"
        return [away(f"management {address}", f"answers {overview.status_code}", cure)]
    version = broker_version(str(overview.json().get("rabbitmq_version")))
    return [version, *_queue(queue, len(settings.nodes))]


def broker_version(version: str) -> Finding:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    good = numbers >= OLDEST_BROKER
    cure = "" if good else "Install RabbitMQ 3.10 or later; 4.2.7 or later is better"
    return Finding(que="RabbitMQ", bien=good, hallado=version, remedio=cure)


def _queue(answer: httpx.Response, nodes: int) -> Sequence[Finding]:
    if answer.status_code == 404:
        cure = "Start the analytics, which declare it: make run"
        return [Finding(que=f"queue {QUEUE}", bien=False, hallado="does not exist", remedio=cure)]
    return [queue_arguments(answer.json()), *queue_members(answer.json(), nodes)]


def queue_arguments(queue: Mapping[str, Any]) -> Finding:
    """Whether the queue is the one that the analytics would declare."""
    found = queue.get("arguments", {})
    names = QUEUE_ARGUMENTS.keys() | found.keys()
    wrong = {n: found.get(n) for n in sorted(names) if found.get(n) != QUEUE_ARGUMENTS.get(n)}
    if not wrong:
        depth = f"as expected, {queue.get('messages', 0):,} messages"
        return Finding(que=f"queue {QUEUE}", bien=True, hallado=depth)
    texts = ", ".join(f"{n}={v!r} instead of {QUEUE_ARGUMENTS.get(n)!r}" for n, v in wrong.items())
    cure = f"Let it run empty, then: rabbitmqadmin delete queue name={QUEUE}; restart the analytics"
    return Finding(que=f"queue {QUEUE}", bien=False, hallado=texts, remedio=cure)


def queue_members(queue: Mapping[str, Any], nodes: int) -> Sequence[Finding]:
    """
    Which nodes hold the queue, where the broker tells; *nodes* are named in RABBITMQ_HOST.

    One alone is no fault where there is no other. Of more, three have to run: then any may be lost.
    """
    members, online = queue.get("members"), queue.get("online")
    if not isinstance(members, list) or not isinstance(online, list):
        return []
    what, missing = f"members of {QUEUE}", sorted({*members} - {*online})
    alone = nodes == 1 and len(members) == 1
    if missing:
        found = f"{len(members)}, of which {len(online)} run; not: {', '.join(missing)}"
    else:
        found = f"{len(members)}, on the only node" if alone else f"{len(members)}, all run"
    if alone or len(online) >= ENOUGH_MEMBERS:
        return [Finding(que=what, bien=True, hallado=found)]
    cure = "Start what is missing" if missing else "For each node that has none, on any node:"
    grow = "" if missing else " rabbitmq-queues grow NODE all"
    return [Finding(que=what, bien=False, hallado=found, remedio=cure + grow)]
