"""Where the broker is, and a connection to one of its nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import aio_pika
import aiormq

from comun.broker_connection import BrokerConnection
from comun.broker_nodes import (
    BrokerNode,
    encryption_failure,
    in_random_order,
    nodes_of,
    trust,
)
from publishing.broker_errors import BrokerAwayError, broker_errors
from publishing.delivery_status import Trouble

HEARTBEAT = 10  # seconds; a frozen broker is noticed after about three of them
CONNECT_TIMEOUT = 10.0  # for each node


@dataclass(frozen=True, slots=True)
class Broker:
    """
    *host* may name several nodes of one cluster: `a,b:5673,[::1]`, with *port* where none is said.

    *authorities*: a file of those to trust; empty: no encryption. Raises ValueError for a host
    that makes no sense.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    vhost: str
    connection_name: str
    authorities: str = ""

    def __post_init__(self) -> None:
        nodes_of(self.host, self.port)

    @property
    def nodes(self) -> Sequence[BrokerNode]:
        return nodes_of(self.host, self.port)


async def connect(broker: Broker) -> BrokerConnection:
    """
    Connect to one of the nodes: they are tried in random order. Raises BrokerAwayError.

    Where none will have us, what one of them said is raised rather than another one's silence.
    """
    errors: list[BrokerAwayError] = []
    for node in in_random_order(broker.nodes):
        try:
            with broker_errors():
                return await _connect_to(node, broker)
        except BrokerAwayError as error:
            errors.append(error)
    raise next((error for error in errors if not error.trouble.silence), errors[-1])


async def _connect_to(node: BrokerNode, broker: Broker) -> BrokerConnection:
    try:
        return await aio_pika.connect(
            connection_class=BrokerConnection,
            host=node.host,
            port=node.port,
            login=broker.user,
            password=broker.password,
            virtualhost=broker.vhost,
            ssl=bool(broker.authorities),
            ssl_context=trust(broker.authorities) if broker.authorities else None,
            heartbeat=HEARTBEAT,
            timeout=CONNECT_TIMEOUT,
            client_properties={"connection_name": broker.connection_name},
        )
    except aiormq.AMQPConnectionError as error:
        if told := encryption_failure(node, error.__cause__):
            raise BrokerAwayError(Trouble.UNTRUSTED, told) from error
        raise
