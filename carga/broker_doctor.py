"""What `doctor` finds of the broker: each of its nodes, their version, and the queues."""

from __future__ import annotations

import asyncio

import httpx
import msgspec

from carga.finding import START, Finding, away
from carga.queue_doctor import examine_queues
from carga.run.plan import first_connection
from carga.settings import LoadSettings
from comun.broker_nodes import BrokerNode, trust
from publishing.broker_errors import BrokerAwayError
from publishing.broker_link import connected

TIMEOUT = httpx.Timeout(5, connect=2)
OLDEST_BROKER = (3, 10)


async def examine_broker(settings: LoadSettings) -> list[Finding]:
    tls = trust(settings.rabbitmq_tls_ca) if settings.rabbitmq_tls_ca else True
    login = httpx.BasicAuth(settings.rabbitmq_user, settings.rabbitmq_password)
    async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=tls, auth=login) as http:
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
    overview = await http.get(f"{base}/overview")
    if overview.status_code != 200:
        cure = "Set RABBITMQ_USER and RABBITMQ_PASSWORD as in .env; the user needs a management tag"
        return [away(f"management {address}", f"answers {overview.status_code}", cure)]
    version = broker_version(str(overview.json().get("rabbitmq_version")))
    queues = await examine_queues(http, base, settings.rabbitmq_vhost, len(settings.nodes))
    return [version, *queues]


def broker_version(version: str) -> Finding:
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    good = numbers >= OLDEST_BROKER
    cure = "" if good else "Install RabbitMQ 3.10 or later; 4.2.7 or later is better"
    return Finding(que="RabbitMQ", bien=good, hallado=version, remedio=cure)
