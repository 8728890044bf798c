"""What the parts really say, through the real proxy, beside the schemas of contracts/."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
import websockets

from tests.broker_stack import Broker
from tests.chain_stack import Chain
from tests.contracts.answers import PROBLEM, described, message_at
from tests.contracts.wire_schemas import example, sent
from tests.foreign_publisher import amqp_publish, wait_for
from tests.heard_messages import messages_until
from tests.stack import HTTP


@pytest.fixture(scope="module")
def busy_chain(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    """A chain that has counted, rejected, seen a copy and an event of the future."""
    with broker.virtual_host() as vhost, ExitStack() as stack:
        chain = Chain(vhost, tmp_path_factory.mktemp("busy"))
        chain.add_alerts("reglas: [{tipo: umbral, encima: 0, ventana: 1h}]")
        stack.enter_context(chain.at_work())
        for body in (
            '{"cliente":"a"}',
            '[{"cliente":"b"},{"cliente":"b","evento":"clic"}]',
            json.dumps({"cliente": "c", "timestamp": time.time() + 7200}),
            "no es json",
            '[{"cliente":"a"},{"cliente":7}]',
        ):
            amqp_publish(vhost, body)
        wait_for(chain.report_url, lambda r: (r["total"], r["rechazados"]) == (4, 2))
        yield chain


def post(chain: Chain, body: bytes, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return described(HTTP.post(chain.intake_url, content=body, headers=named, timeout=10))


def test_what_the_intake_answers(busy_chain: Chain) -> None:
    """Receipts and refusals are the contract's examples, to the letter."""
    good, typed, lines = (
        b'{"cliente":"a"}',
        b'{"cliente":"a","event":"x"}',
        b'{"cliente":"a","type":"x"}',
    )
    cloud = json.dumps(example("cloudevent")).encode()

    assert [
        post(busy_chain, b"[%b,%b]" % (good, good), Idempotency_Key="acuse-1").json(),
        post(busy_chain, typed, Idempotency_Key="acuse-2").json(),
        post(busy_chain, cloud, Content_Type="application/cloudevents+json").json(),
    ] == example("acuses")
    assert post(
        busy_chain,
        b"%b\n%b\n{}" % (good, lines),
        Idempotency_Key="acuse-3",
        Content_Type="application/x-ndjson",
    ).json() == example("acuse_lineas")
    assert post(busy_chain, b"[%b,{}]" % good).json() == example("problema_eventos")


PATHS = [
    *("/reporte", "/reporte?limite=1", "/reporte/clientes/a", "/reporte/clientes?cliente=b"),
    *("/reporte/clientes", "/reporte/clientes?limite=1&despues=a", "/panel/avisos"),
    *("/reporte/habitual", "/panel/habitual?por=cliente&paso=1m&limite=1"),
    "/reporte/habitual?ventana=2d&paso=1d&zona=Asia/Kolkata",
    *("/reporte/estado", "/reporte/libro", "/reporte/rechazados", "/reporte/rechazados?limite=1"),
    *("/reporte/historia", "/reporte/historia?ventana=2d&paso=1d&zona=Asia/Kolkata"),
    *("/reporte/historia?por=total", "/panel/historia?por=cliente", "/panel/rechazados"),
    "/panel/estado.json",
]


@pytest.mark.parametrize("path", PATHS)
def test_what_the_proxy_hands_out(busy_chain: Chain, path: str) -> None:
    """Each answer is what its schema describes, and nothing more."""
    answer = HTTP.get(f"{busy_chain.origin}{path}", timeout=10)

    assert message_at(path, 200), "no schema says what this is"
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    described(answer)


PROBLEMS = [
    ("GET", "/reporte?limite=0", 400),
    ("GET", "/reporte/clientes?limite=0", 400),
    ("GET", "/reporte/habitual?por=total", 400),
    ("GET", "/reporte/clientes/nadie", 404),
    ("GET", "/reporte/historia?paso=7x", 400),
    ("GET", "/reporte/nada", 404),
    ("POST", "/reporte", 405),
    ("GET", "/panel/historia?paso=7x", 400),
    ("GET", "/panel/habitual?veces=0", 400),
    ("GET", "/panel/nada", 404),
    ("POST", "/panel/estado.json", 405),
    ("GET", "/eventos", 405),
    ("POST", "/eventos", 400),
]


@pytest.mark.parametrize(("method", "path", "status"), PROBLEMS)
def test_what_is_refused(busy_chain: Chain, method: str, path: str, status: int) -> None:
    """Each service says why in the same form."""
    answer = HTTP.request(method, f"{busy_chain.origin}{path}", timeout=10)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)
    described(answer)


async def test_what_viewers_are_sent(busy_chain: Chain) -> None:
    """Snapshot, change and heartbeat are what their schemas describe."""
    names = {"instantanea": "snapshot", "cambio": "change", "latido": "heartbeat"}
    async with websockets.connect(busy_chain.ws_url, compression=None) as viewer:
        heard = await messages_until(viewer, lambda m: m["tipo"] == "latido")
        amqp_publish(busy_chain.vhost, '{"cliente":"a"}')
        heard += await messages_until(viewer, lambda m: m["tipo"] == "cambio")

    assert {message["tipo"] for message in heard} == set(names)
    for message in heard:
        sent(names[message["tipo"]], message)


@pytest.mark.parametrize("part", ["reporte", "panel", "entrada"])
def test_what_is_told_of_readiness(busy_chain: Chain, part: str) -> None:
    """Who asks a service itself learns how it is."""
    names = {"reporte": "state", "panel": "panel_readiness", "entrada": "intake_readiness"}
    port = getattr(busy_chain.routes, f"{part}_port")

    sent(names[part], HTTP.get(f"http://127.0.0.1:{port}/readyz", timeout=10).content)
