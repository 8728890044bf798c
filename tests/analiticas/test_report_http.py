import asyncio
import json
from functools import partial
from typing import Any, get_args

import pytest
from quart.testing import QuartClient

from asking.turns import TooManyReadersError
from comun.web.problem import LATEST, SOONEST
from counting.counted import Before
from counting.tally import count
from counting.totals import Committed, IdWindow, Totals
from database.failures import StoreUnavailableError
from decoding.message import Message
from live.live import Live
from live.vitals import QueueDepth, Writing
from reporting.client_http import add_client
from reporting.clients_http import answer_page
from reporting.report_http import create_app
from storing.client_row import PageOfClients
from tests.contracts.wire_schemas import example, sent


@pytest.fixture(name="live")
async def _live() -> Live:
    live = Live(Totals("b1f0"))
    publish(live, {"cliente": "cliente_uno"}, {"cliente": "cliente_dos", "evento": "clic"})
    return live


@pytest.fixture(name="busy")
def _busy() -> list[str]:
    """As many reads as the store can take, when there is anything in it."""
    return []


@pytest.fixture(name="client")
async def _client(live: Live, busy: list[str]) -> QuartClient:
    async def rejections(limit: int) -> dict[str, Any]:
        return {"motivos": {}, "muestras": [limit]}

    async def one_client(name: str) -> dict[str, Any] | None:
        if busy:
            raise TooManyReadersError("others wait")
        found = {"cliente": name, "total": 1, "version": 1, "visto": None}
        return found if name in ("a/b ñ", "/barra") else None

    async def clients(page: PageOfClients) -> dict[str, Any]:
        return {"epoca": "b1f0", "version": live.totals.version, "asked": page}

    app = create_app(live, rejections)
    add_client(app, one_client, partial(answer_page, clients, live))
    return QuartClient(app)


def publish(live: Live, *events: dict[str, str]) -> None:
    bodies = [json.dumps(event).encode() for event in events]
    counted = count([Message(n, body) for n, body in enumerate(bodies)], {})
    before, window = Before({}, {}), IdWindow(604800, 2)
    live.totals.add(Committed(counted, before, live.totals.version + 1, 1795503600.123, window))
    live.ring()


async def test_report_has_the_contract_shape(client: QuartClient) -> None:
    """`/reporte` is as the contract describes it, and has a strong ETag."""
    response = await client.get("/reporte")
    report = json.loads(await response.get_data())

    sent("report", report)
    assert report["total"] == 2
    assert report["generado"] == "2026-11-24T07:00:00.123Z"
    assert response.headers["ETag"] == '"b1f0-1"'
    assert response.headers["Cache-Control"] == "no-cache"


async def test_other_answers_have_the_contract_shape(client: QuartClient, live: Live) -> None:
    """estado, libro and a problem are as their contracts describe them."""
    live.vitals.cola = QueueDepth(3, 4, 1795503600.0)
    live.future_events = example("estado")["futuros"]
    live.set_aside.update(expired=1, delivery_limit=1)
    for path, name in (
        ("/reporte/estado", "state"),
        ("/readyz", "state"),
        ("/reporte/libro", "ledger"),
        ("/reporte?limite=0", "problem"),
    ):
        sent(name, await (await client.get(path)).get_data())


async def test_states_have_the_contract_shape(client: QuartClient, live: Live) -> None:
    """Whatever is known or not, the state is as its contract describes it."""
    for escritura in (None, *get_args(Writing)):
        for connected in ("reconectando", "conectado"):
            live.vitals.escritura, live.vitals.dead_letters = escritura, None
            live.vitals.broker_is(connected)
            state = await (await client.get("/reporte/estado")).get_data()
            sent("state", state)


async def test_status_and_ledger_are_not_cached(client: QuartClient) -> None:
    """What moves by itself must never come from a cache."""
    for path in ("/reporte/estado", "/reporte/libro"):
        assert (await client.get(path)).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("known", ['"b1f0-1"', 'W/"b1f0-1"', '"x", "b1f0-1"', "*"])
async def test_unchanged_is_304(client: QuartClient, known: str) -> None:
    """A client that knows the version gets 304 without a body."""
    response = await client.get("/reporte", headers={"If-None-Match": known})

    assert response.status_code == 304
    assert await response.get_data() == b""
    assert response.headers["ETag"] == '"b1f0-1"'


@pytest.mark.parametrize("known", ['"b1f0-2"', '"otra-1"', "b1f0"])
async def test_other_versions_get_the_report(client: QuartClient, known: str) -> None:
    """ETags are compared for equality: a higher version or another epoca is a change too."""
    response = await client.get("/reporte", headers={"If-None-Match": known})

    assert response.status_code == 200


async def test_wait_answers_a_change(client: QuartClient, live: Live) -> None:
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


async def test_wait_ends_unchanged(client: QuartClient) -> None:
    """When nothing changes the wait ends with 304."""
    headers = {"If-None-Match": '"b1f0-1"', "Prefer": "wait=1"}

    response = await client.get("/reporte", headers=headers)

    assert response.status_code == 304
    assert response.headers["Preference-Applied"] == "wait=1"


async def test_wait_ends_when_stopping(client: QuartClient, live: Live) -> None:
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
async def test_wait_is_cut(client: QuartClient, live: Live, prefer: str, applied: str) -> None:
    """A longer wait than 25 s is cut, and the answer says to what."""
    waiting = asyncio.create_task(
        client.get("/reporte", headers={"If-None-Match": '"b1f0-1"', "Prefer": prefer})
    )
    await asyncio.sleep(0.01)
    live.close()

    assert (await waiting).headers["Preference-Applied"] == applied


@pytest.mark.parametrize("prefer", ["wait=0", "wait=-1", "wait=x", "wait", "return=minimal", ""])
async def test_preferences_that_make_no_sense(client: QuartClient, prefer: str) -> None:
    """A preference that can't be read is ignored, as RFC 7240 asks."""
    headers = {"If-None-Match": '"b1f0-1"', "Prefer": prefer}

    response = await client.get("/reporte", headers=headers)

    assert response.status_code == 304
    assert "Preference-Applied" not in response.headers


async def test_limit_keeps_the_sum(client: QuartClient) -> None:
    """With a limit the largest are shown, ties by name, and the rest adds up to the total."""
    report = json.loads(await (await client.get("/reporte?limite=1")).get_data())

    assert report["clientes"] == {"cliente_dos": 1}
    assert report["otros"] == {"clientes": 1, "total": 1}


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "1.5", "", "٣", "99999999999"])
async def test_bad_limit(client: QuartClient, limit: str) -> None:
    """A limit outside 1 to 1000 is a problem that names it."""
    response = await client.get("/reporte", query_string={"limite": limit})
    problem = json.loads(await response.get_data())
    sent("problem", problem)

    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert "limite" in problem["detail"]


async def test_one_client(client: QuartClient) -> None:
    """A client's total has an address; a client that was never seen is a 404 problem."""
    seen = await client.get("/reporte/clientes/a%2Fb%20%C3%B1")
    unseen = await client.get("/reporte/clientes/otro")

    assert json.loads(await seen.get_data())["total"] == 1
    assert unseen.status_code == 404
    assert unseen.mimetype == "application/problem+json"


@pytest.mark.parametrize("name", ["/barra", "a/b%20%C3%B1", "a/b%20n%CC%83", "%20a/b+%C3%B1%20"])
async def test_one_client_by_query(client: QuartClient, name: str) -> None:
    """Any name can be asked for, written as in events; a path may not take it through a proxy."""
    answer = await client.get(f"/reporte/clientes?cliente={name}")

    assert (answer.status_code, json.loads(await answer.get_data())["total"]) == (200, 1)


async def test_two_slashes_are_not_one(client: QuartClient) -> None:
    """A name in a path that begins with a slash leads to no other client."""
    answer = await client.get("/reporte/clientes//barra")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        *("?cliente=", "?cliente=a&cliente=b", f"?cliente={'a' * 65}"),
        *("?cliente=a&limite=5", "?despues=a&cliente=b", "?cliente=a&otro=b"),
    ],
)
async def test_bad_question_for_a_client(client: QuartClient, query: str) -> None:
    """What is no name is a 400 that says so."""
    answer = await client.get(f"/reporte/clientes{query}")

    assert answer.status_code == 400
    assert json.loads(await answer.get_data())["detail"].startswith("cliente: ")


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", ["", 1000]),
        ("?despues=", ["", 1000]),
        ("?despues=b%20n%CC%83+&limite=7", ["b ñ", 7]),
    ],
)
async def test_a_page_of_clients(client: QuartClient, query: str, asked: list[object]) -> None:
    """All clients come in pages, and a page says which commit it is of."""
    answer = await client.get(f"/reporte/clientes{query}")

    assert json.loads(await answer.get_data())["asked"] == asked
    assert answer.headers["ETag"] == '"b1f0-1"'


async def test_a_page_of_clients_that_is_known(client: QuartClient, live: Live) -> None:
    """A page is sent again once something was counted."""
    known = {"If-None-Match": '"b1f0-1"'}
    same = await client.get("/reporte/clientes", headers=known)
    publish(live, {"cliente": "otro"})
    other = await client.get("/reporte/clientes", headers=known)

    assert (same.status_code, other.status_code) == (304, 200)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limite=0", "limite"),
        ("limite=1001", "limite"),
        (f"despues={'a' * 65}", "despues"),
        ("despues=%00", "despues"),
        ("despues=a&despues=b", "despues"),
        ("pagina=2", "'pagina'"),
        ("despues=%FF", "the query"),
    ],
)
async def test_bad_question_for_a_page(client: QuartClient, query: str, name: str) -> None:
    """What asks for no page is a 400 that names the parameter."""
    answer = await client.get(f"/reporte/clientes?{query}")

    assert answer.status_code == 400
    assert json.loads(await answer.get_data())["detail"].startswith(name)


async def test_too_many_readers_are_told_to_come_again(
    client: QuartClient, busy: list[str]
) -> None:
    """A read that would wait behind many others is refused, with the time to wait."""
    busy.append("another")
    answer = await client.get("/reporte/clientes/a")

    assert answer.status_code == 503
    assert SOONEST <= int(answer.headers["Retry-After"]) <= LATEST
    assert answer.mimetype == "application/problem+json"


async def test_wrong_method(client: QuartClient) -> None:
    """A method that is not allowed is a problem that says which are."""
    response = await client.delete("/reporte")

    assert response.status_code == 405
    assert response.mimetype == "application/problem+json"
    assert "GET" in response.headers["Allow"]


async def test_a_store_that_can_not_be_read_is_said(live: Live) -> None:
    """What only the store knows is to be asked for again; the report goes on from memory."""

    async def unreadable(limit: int) -> dict[str, Any]:
        raise StoreUnavailableError("not with db1.example")

    client = QuartClient(create_app(live, unreadable))

    refused, report = await client.get("/reporte/rechazados"), await client.get("/reporte")

    assert (refused.status_code, report.status_code) == (503, 200)
    assert SOONEST <= int(refused.headers["Retry-After"]) <= LATEST
    detail = json.loads(await refused.get_data())["detail"]
    assert detail == "the store can't be read now; the log says why"
