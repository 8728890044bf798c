import asyncio
import json
from pathlib import Path

import pytest

from counting import Message, count
from live import Live, QueueDepth
from report_http import create_app
from totals import IdWindow, Totals

CONTRACTS = Path(__file__).parents[1] / "contracts"


def contract(name):
    return json.loads((CONTRACTS / name).read_text())


def keys(value, names=("clientes", "eventos")):
    """The keys of a JSON value, all the way down; names of clients and types are left out."""
    if not isinstance(value, dict):
        return None
    return {k: "counts" if k in names and is_counts(v) else keys(v) for k, v in value.items()}


def is_counts(value):
    return isinstance(value, dict) and not set(value) <= {"clientes", "total", "contados"}


@pytest.fixture(name="live")
async def _live():
    live = Live(Totals("b1f0"))
    publish(live, {"cliente": "cliente_uno"}, {"cliente": "cliente_dos", "evento": "clic"})
    return live


@pytest.fixture(name="client")
async def _client(live):
    async def rejections(limit):
        return {"motivos": {}, "muestras": [limit]}

    return create_app(live, rejections).test_client()


def publish(live, *events):
    bodies = [json.dumps(event).encode() for event in events]
    tally = count([Message(n, body) for n, body in enumerate(bodies)], {})
    live.totals.add(tally, live.totals.version + 1, 1795503600.123, IdWindow(604800, 2))
    live.ring()


async def test_report_has_the_contract_shape(client):
    """`/reporte` has exactly the keys of the contract, and a strong ETag."""
    response = await client.get("/reporte")
    report = json.loads(await response.get_data())

    assert keys(report) == keys(contract("reporte.json"))
    assert report["total"] == 2
    assert report["generado"] == "2026-11-24T07:00:00.123Z"
    assert response.headers["ETag"] == '"b1f0-1"'
    assert response.headers["Cache-Control"] == "no-cache"


async def test_other_answers_have_the_contract_shape(client, live):
    """estado, libro and a problem have exactly the keys of their contracts."""
    live.vitals.cola = QueueDepth(3, 4, 1795503600.0)
    for path, name in (
        ("/reporte/estado", "estado.json"),
        ("/reporte/libro", "libro.json"),
        ("/reporte?limite=0", "problema.json"),
    ):
        response = await client.get(path)

        assert keys(json.loads(await response.get_data())) == keys(contract(name)), path


async def test_status_and_ledger_are_not_cached(client):
    """What moves by itself must never come from a cache."""
    for path in ("/reporte/estado", "/reporte/libro"):
        assert (await client.get(path)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("known", ['"b1f0-1"', 'W/"b1f0-1"', '"x", "b1f0-1"', "*"])
async def test_unchanged_is_304(client, known):
    """A client that knows the version gets 304 without a body."""
    response = await client.get("/reporte", headers={"If-None-Match": known})

    assert response.status_code == 304
    assert await response.get_data() == b""
    assert response.headers["ETag"] == '"b1f0-1"'


@pytest.mark.parametrize("known", ['"b1f0-2"', '"otra-1"', "b1f0"])
async def test_other_versions_get_the_report(client, known):
    """ETags are compared for equality: a higher version or another epoca is a change too."""
    response = await client.get("/reporte", headers={"If-None-Match": known})

    assert response.status_code == 200


async def test_wait_answers_a_change(client, live):
    """With `Prefer: wait` a client that knows the version gets the next one as it comes."""
    headers = {"If-None-Match": '"b1f0-1"', "Prefer": "respond-async, wait=20"}
    waiting = asyncio.create_task(client.get("/reporte", headers=headers))
    await asyncio.sleep(0.01)
    assert not waiting.done()

    publish(live, {"cliente": "cliente_uno"})
    response = await waiting

    assert response.status_code == 200
    assert response.headers["Preference-Applied"] == "wait=20"
    assert response.headers["ETag"] == '"b1f0-2"'
    assert json.loads(await response.get_data())["total"] == 3


async def test_wait_ends_unchanged(client):
    """When nothing changes the wait ends with 304."""
    headers = {"If-None-Match": '"b1f0-1"', "Prefer": "wait=1"}

    response = await client.get("/reporte", headers=headers)

    assert response.status_code == 304
    assert response.headers["Preference-Applied"] == "wait=1"


async def test_wait_ends_when_stopping(client, live):
    """A stop answers everyone who waits."""
    headers = {"If-None-Match": '"b1f0-1"', "Prefer": "wait=25"}
    waiting = asyncio.create_task(client.get("/reporte", headers=headers))
    await asyncio.sleep(0.01)

    live.close()

    assert (await waiting).status_code == 304


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [("wait=900", "wait=25"), ('Wait="2"', "wait=2"), ("wait=3;x=1", "wait=3")],
)
async def test_wait_is_cut(client, live, prefer, applied):
    """A longer wait than 25 s is cut, and the answer says to what."""
    waiting = asyncio.create_task(
        client.get("/reporte", headers={"If-None-Match": '"b1f0-1"', "Prefer": prefer})
    )
    await asyncio.sleep(0.01)
    live.close()

    assert (await waiting).headers["Preference-Applied"] == applied


@pytest.mark.parametrize("prefer", ["wait=0", "wait=-1", "wait=x", "wait", "return=minimal", ""])
async def test_preferences_that_make_no_sense(client, prefer):
    """A preference that can't be read is ignored, as RFC 7240 asks."""
    headers = {"If-None-Match": '"b1f0-1"', "Prefer": prefer}

    response = await client.get("/reporte", headers=headers)

    assert response.status_code == 304
    assert "Preference-Applied" not in response.headers


async def test_limit_keeps_the_sum(client):
    """With a limit the largest are shown, ties by name, and the rest adds up to the total."""
    report = json.loads(await (await client.get("/reporte?limite=1")).get_data())

    assert report["clientes"] == {"cliente_dos": 1}
    assert report["otros"] == {"clientes": 1, "total": 1}


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "1.5", "", "٣", "99999999999"])
async def test_bad_limit(client, limit):
    """A limit outside 1 to 1000 is a problem that names it."""
    response = await client.get("/reporte", query_string={"limite": limit})
    problem = json.loads(await response.get_data())

    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert "limite" in problem["detail"]


async def test_one_client(client):
    """A client's total has an address; a client that was never seen is a 404 problem."""
    seen = await client.get("/reporte/clientes/cliente_uno")
    unseen = await client.get("/reporte/clientes/otro")

    assert json.loads(await seen.get_data())["total"] == 1
    assert unseen.status_code == 404
    assert unseen.mimetype == "application/problem+json"


async def test_wrong_method(client):
    """A method that is not allowed is a problem that says which are."""
    response = await client.delete("/reporte")

    assert response.status_code == 405
    assert response.mimetype == "application/problem+json"
    assert "GET" in response.headers["Allow"]
