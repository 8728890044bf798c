"""Questions to the broker's management API, for what AMQP does not tell, or only as an error."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from http.client import HTTPException, HTTPResponse
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from analytics_settings import Settings
from comun.broker_nodes import BrokerNode, in_random_order, trust

TIMEOUT = 3.0
MOST_ASKED = 3  # nodes; any of them knows
MISSING = {"error": "Object Not Found", "reason": "Not Found"}


class Answer(NamedTuple):
    status: int
    body: bytes

    def document(self) -> dict[str, Any]:
        """Empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def of_queue(settings: Settings, queue: str, columns: str) -> str:
    """What to ask for properties of a queue."""
    vhost = quote(settings.rabbitmq_vhost, safe="")
    return f"queues/{vhost}/{quote(queue, safe='')}?columns={columns}"


def ask(settings: Settings, what: str) -> Answer | None:
    """None when nobody answers. Blocks, TIMEOUT for each node."""
    for node in in_random_order(settings.nodes)[:MOST_ASKED]:
        try:
            return ask_node(settings, node, what)
        except (OSError, HTTPException):
            continue  # away, or started without its management
    return None


def ask_node(settings: Settings, node: BrokerNode, what: str) -> Answer:
    """Blocks for TIMEOUT; raises OSError and HTTPException."""
    opener = _opener(settings.rabbitmq_tls_ca)
    with _opened(opener, _request(settings, node, what)) as answer:
        return Answer(answer.status or 0, answer.read(65_536))


@lru_cache(maxsize=4)
def _opener(authorities: str) -> OpenerDirector:
    """The broker is no web page, whatever proxy is set."""
    tls = [HTTPSHandler(context=trust(authorities))] if authorities else []
    return build_opener(ProxyHandler({}), *tls)


def _opened(opener: OpenerDirector, request: Request) -> HTTPResponse | HTTPError:
    try:
        answer: HTTPResponse = opener.open(request, timeout=TIMEOUT)
    except HTTPError as error:  # an answer as well
        return error
    return answer


def is_there(answer: Answer, queue: str) -> bool | None:
    """Whether a queue that was asked for exists; None unless it is RabbitMQ that says so."""
    if answer.status == 200 and answer.document().get("name") == queue:
        return True
    return False if answer.status == 404 and answer.document() == MISSING else None


def _request(s: Settings, node: BrokerNode, what: str) -> Request:
    scheme = "https" if s.rabbitmq_tls_ca else "http"
    address = BrokerNode(node.host, s.rabbitmq_management_port)
    login = base64.b64encode(f"{s.rabbitmq_user}:{s.rabbitmq_password}".encode()).decode()
    url = f"{scheme}://{address}/api/{what}"
    return Request(url, headers={"Authorization": f"Basic {login}"})  # noqa: S310 - one of the two
