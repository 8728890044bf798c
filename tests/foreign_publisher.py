"""Publishers that share no code with ours, as other people's programs would be."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import Any

import aio_pika
import httpx
from pamqp.common import FieldValue

from tests.broker_stack import VirtualHost
from tests.contracts.answers import described
from tests.stack import HTTP

EXCHANGE = "eventos_clientes"


def amqp_publish(vhost: VirtualHost, body: str) -> None:
    """Debian's amqp-publish (package amqp-tools): no id, no properties."""
    subprocess.run(
        ["amqp-publish", "-u", vhost.url, "-e", EXCHANGE, "-r", "", "-b", body], check=True
    )


async def publish(
    vhost: VirtualHost,
    body: bytes | dict[str, Any] | list[Any],
    message_id: str | None = None,
    app_id: str | None = None,
    headers: Mapping[str, FieldValue] | None = None,
) -> None:
    """One confirmed publish. Without an id the client library makes one up."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection = await aio_pika.connect(vhost.url)
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        message = aio_pika.Message(
            raw,
            message_id=message_id,
            app_id=app_id,
            headers=None if headers is None else dict(headers),
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await exchange.publish(message, routing_key="", timeout=10)


class RawText(str):
    """A string that leaves as bytes of the test's choice, which need not be UTF-8."""

    raw: bytes

    def __new__(cls, raw: bytes) -> RawText:
        text = super().__new__(cls, repr(raw))
        text.raw = raw
        return text

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self.raw

    def __str__(self) -> str:
        return self  # aio_pika copies its properties with str()


def read(url: str) -> Mapping[str, Any]:
    """Raises AssertionError also where the document is not what its schema describes."""
    return _document(described(_asked(url)))


def wait_for(
    url: str, condition: Callable[[Mapping[str, Any]], bool], seconds: float = 10
) -> Mapping[str, Any]:
    """Read *url* until its document meets the condition, and return that; fails after *seconds*."""
    end = time.monotonic() + seconds
    while not condition(document := _document(answer := _asked(url))):
        assert time.monotonic() < end, f"{url} still says {document}"
        time.sleep(0.02)
    described(answer)  # only the last: of a thousand clients that costs more than the asking
    return document


def grown(report: Mapping[str, Any], before: Mapping[str, Any], *keys: str) -> int:
    """By how much these numbers of the report, together, are more than *before*."""
    return sum(report[key] - before[key] for key in keys)


def _asked(url: str) -> httpx.Response:
    return HTTP.get(url, timeout=5).raise_for_status()


def _document(answer: httpx.Response) -> Mapping[str, Any]:
    document: Mapping[str, Any] = answer.json()
    return document
