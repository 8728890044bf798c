"""Events by HTTP, through the real proxy to a viewer."""

import asyncio
import datetime
import gzip
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from cloudevents.core.bindings.http import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from websockets.asyncio.client import ClientConnection

from tests.chain_stack import Chain
from tests.foreign_publisher import grown, read, wait_for

SENT_TWICE = ("contados", "duplicados")


@pytest.fixture
def chain(lasting_chain: Chain) -> Chain:
    """Each test has clients and types of its own, and looks at what has come to be."""
    return lasting_chain


def curl(*words: str) -> list[str]:
    """What curl prints, with the status on a line of its own."""
    command = ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.rsplit("\n", 1)


async def first_frame_with(socket: ClientConnection, cliente: str) -> dict[str, Any]:
    async for text in socket:
        frame: dict[str, Any] = json.loads(text)
        if (frame.get("clientes") or {}).get(cliente):
            return frame
    raise AssertionError("the panel hung up")


async def test_curl_is_on_the_page_at_once(chain: Chain) -> None:
    """The README's line, as it stands there: counted, and pushed to who watches."""
    before = read(chain.report_url)
    async with asyncio.timeout(10), websockets.connect(chain.ws_url, compression=None) as viewer:
        # A heartbeat goes before it while the panel has not read its first report.
        while json.loads(await viewer.recv())["tipo"] != "instantanea":
            pass

        event = '{"cliente":"web","evento":"compra"}'
        text, status = await asyncio.to_thread(curl, "-d", event, chain.intake_url)
        frame = await first_frame_with(viewer, "web")

    assert status == "202"
    assert json.loads(text)["aceptados"] == 1
    assert frame["clientes"]["web"] == 1
    assert read(chain.report_url)["eventos"] == before["eventos"] | {"compra": 1}


def with_odd_subject(headers: Mapping[str, str]) -> httpx.Headers:
    """What other SDKs write of an attribute that nobody counts."""
    return httpx.Headers([*httpx.Headers(headers).raw, (b"ce-subject", b"\xf1")])


async def test_cloudevents_of_the_official_sdk(chain: Chain) -> None:
    """Structured, batched and binary: counted by source and type, each event once in all modes."""
    before = read(chain.report_url)
    moment = datetime.datetime(2026, 11, 24, 7, 0, tzinfo=datetime.UTC)

    def event(number: int) -> CloudEvent:
        attributes = {"id": str(number), "source": "/tienda/ñandú", "type": "es.tienda.compra"}
        return CloudEvent({**attributes, "time": moment}, {"importe": number})

    format_ = JSONFormat()
    one, two, three = (to_structured(event(number), format_) for number in range(3))
    binary = [to_binary(event(number), format_) for number in (3, 0)]
    batch = {"content-type": "application/cloudevents-batch+json"}
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        for headers, body in (
            (httpx.Headers(one.headers), one.body),
            (httpx.Headers(batch), b"[%b,%b,%b]" % (two.body, three.body, one.body)),
            *((with_odd_subject(message.headers), message.body) for message in binary),
        ):
            answer = await client.post(chain.intake_url, headers=headers, content=body)
            assert answer.status_code == 202, answer.text

    report = wait_for(chain.report_url, lambda r: grown(r, before, "duplicados") == 2)
    assert report["clientes"] == before["clientes"] | {"/tienda/ñandú": 4}
    assert report["eventos"] == before["eventos"] | {"es.tienda.compra": 4}


async def test_ndjson_from_a_file(chain: Chain, tmp_path: Path) -> None:
    """curl --data-binary of a file of lines, one of them bad, through the proxy; packed as well."""
    before, fates = read(chain.report_url), read(f"{chain.report_url}/libro")["mensajes"]
    path = tmp_path / "eventos.ndjson"
    path.write_text('{"cliente":"una"}\n{"cliente":7}\n' + '{"cliente":"otra"}\n' * 50_000)
    packed = tmp_path / "eventos.ndjson.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))

    words = ["-H", "Content-Type: application/x-ndjson", "-H", "Idempotency-Key: k"]
    text, status = await asyncio.to_thread(
        curl, *words, "--data-binary", f"@{path}", chain.intake_url
    )
    words += ["-H", "Content-Encoding: gzip"]
    again, _ = await asyncio.to_thread(
        curl, *words, "--data-binary", f"@{packed}", f"{chain.intake_url}/"
    )

    assert status == "200"
    assert again == text
    assert [bad["linea"] for bad in json.loads(text)["rechazados"]] == [2]
    report = wait_for(chain.report_url, lambda r: grown(r, before, "total") >= 50_001)
    assert report["clientes"] == before["clientes"] | {"una": 1, "otra": 50_000}
    wait_for(
        f"{chain.report_url}/libro",
        lambda book: len({book["mensajes"][fate] - fates[fate] for fate in SENT_TWICE}) == 1,
    )


async def test_the_proxy_passes_refusals_on(chain: Chain, tmp_path: Path) -> None:
    """A client behind the proxy hears what the intake says, and how large a body may be."""
    before = read(f"{chain.report_url}/libro")["mensajes"]["recibidos"]
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        asked = {"WebHook-Request-Origin": "eventgrid.azure.net"}
        webhook = await client.options(chain.intake_url, headers=asked)
        elsewhere = await client.post(f"{chain.intake_url}/x", json={"cliente": "a"})
        bad = await client.post(chain.intake_url, json=[{"cliente": "a"}, {"cliente": 7}])
        large = await client.post(chain.intake_url, content=b" " * (2 * 1024 * 1024))
    path = tmp_path / "huge"
    path.write_bytes(b" " * (18 * 1024 * 1024))
    _, huge = await asyncio.to_thread(curl, "--data-binary", f"@{path}", chain.intake_url)

    assert webhook.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert (elsewhere.status_code, elsewhere.json()["status"]) == (404, 404)
    assert bad.status_code == 400
    assert bad.json()["errores"][0]["indice"] == 1
    assert (large.status_code, large.json()["status"]) == (413, 413)
    assert huge == "413"
    assert read(f"{chain.report_url}/libro")["mensajes"]["recibidos"] == before
