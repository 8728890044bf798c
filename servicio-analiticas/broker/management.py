"""Questions to the broker's management API, for what AMQP does not tell, or only as an error."""

from __future__ import annotations

import base64
import json
from http.client import HTTPException, HTTPResponse
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from analytics_settings import Settings

TIMEOUT = 3.0
OPENER = build_opener(ProxyHandler({}))  # the broker is no web page, whatever proxy is set
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


def ask(settings: Settings, queue: str, column: str) -> Answer | None:
    """Ask for one property of a queue; None when nobody answers. Blocks, TIMEOUT at most."""
    try:
        with _opened(_request(settings, queue, column)) as answer:
            return Answer(answer.status or 0, answer.read(65_536))
    except (OSError, HTTPException):
        return None  # away, or started without its management


def _opened(request: Request) -> HTTPResponse | HTTPError:
    try:
        answer: HTTPResponse = OPENER.open(request, timeout=TIMEOUT)
    except HTTPError as error:  # an answer as well
        return error
    return answer


def is_there(answer: Answer, queue: str) -> bool | None:
    """Whether a queue that was asked for exists; None unless it is RabbitMQ that says so."""
    if answer.status == 200 and answer.document().get("name") == queue:
        return True
    return False if answer.status == 404 and answer.document() == MISSING else None


def _request(s: Settings, queue: str, column: str) -> Request:
    path = f"{quote(s.rabbitmq_vhost, safe='')}/{quote(queue, safe='')}?columns={column}"
    login = base64.b64encode(f"{s.rabbitmq_user}:{s.rabbitmq_password}".encode()).decode()
    return Request(
        f"http://{s.rabbitmq_host}:{s.rabbitmq_management_port}/api/queues/{path}",
        headers={"Authorization": f"Basic {login}"},
    )
