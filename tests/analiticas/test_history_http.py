import json

import pytest
from quart.testing import QuartClient

from database.connection import Connection
from history.history import History
from tests.history_questions import moment
from tests.history_service import CONTRACT, END, NOW, ask, client_of, contract_history, get


@pytest.fixture(name="history")
def _history(db: Connection) -> History:
    return contract_history(db)


@pytest.fixture(name="client")
def _client(history: History) -> QuartClient:
    return client_of(history)


async def test_answers_the_contract(client: QuartClient) -> None:
    """The events of the contract's example give the contract's example, to the last digit."""
    answer = await ask(client, ventana="5s", limite=2)

    assert answer == CONTRACT
    assert list(answer) == list(CONTRACT)


async def test_without_parameters(client: QuartClient) -> None:
    """The default is the last 15 minutes by the second, the 20 largest pairs."""
    response = await client.get("/reporte/historia")
    answer = json.loads(await response.get_data())

    assert (answer["paso_s"], len(answer["otros"]), len(answer["series"])) == (1, 900, 3)
    assert answer["hasta"] == CONTRACT["hasta"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"por": "total"}, [(None, None, 17)]),
        ({"por": "cliente"}, [("web", None, 14), ("app", None, 3)]),
        ({"por": "evento"}, [(None, "clic", 15), (None, "compra", 2)]),
        ({"por": "evento", "cliente": "app"}, [(None, "compra", 2), (None, "clic", 1)]),
        ({"por": "cliente", "evento": "clic"}, [("web", None, 14), ("app", None, 1)]),
        ({"por": "total", "cliente": "app", "evento": "clic"}, [(None, None, 1)]),
        ({"cliente": "app", "evento": "clic"}, [("app", "clic", 1)]),
        ({"cliente": "nobody", "por": "total"}, [(None, None, 0)]),
        ({"cliente": "nobody"}, []),
    ],
)
async def test_splits_and_filters(
    client: QuartClient, query: dict[str, str], expected: list[tuple[str | None, str | None, int]]
) -> None:
    """A series is null where it is not split; with all listed nothing is left for otros."""
    answer = await ask(client, ventana="5s", **query)

    assert [(s["cliente"], s["evento"], s["total"]) for s in answer["series"]] == expected
    assert answer["otros"] == [0] * 5
    assert answer["completo"]


async def test_names_are_compared_as_they_are_counted(client: QuartClient) -> None:
    """A filter is stripped and composed (NFC) as names of events are."""
    answer = await ask(client, ventana="5s", cliente=" web ", por="total")

    assert answer["series"][0]["total"] == 14


@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ({"ventana": "15"}, "ventana: a whole number with its unit"),
        ({"ventana": "0s"}, "ventana: a whole number with its unit"),
        ({"ventana": "-5m"}, "ventana: a whole number with its unit"),
        ({"ventana": "٣m"}, "ventana: a whole number with its unit"),
        ({"ventana": "20m", "paso": "1s"}, "ventana: begins at 2026-11-24T06:40:00.000Z; steps of"),
        ({"ventana": "999999999d", "paso": "1d"}, "paso: 1d makes 999999999 points"),
        ({"ventana": "999999999d"}, "ventana: 999999999d fits no usual step"),
        ({"ventana": "7s", "paso": "2s"}, "ventana: 7s is no multiple of paso=2s"),
        ({"ventana": "2000d", "paso": ""}, "paso: a whole number with its unit"),
        ({"ventana": "400d", "paso": "1d"}, "ventana: begins at"),
        ({"ventana": "1501m", "paso": "1m"}, "paso: 1m makes 1501 points"),
        ({"ventana": "400d"}, "ventana: 400d fits no usual step"),
        ({"por": "clientes"}, "por: one of total | cliente | evento | cliente,evento"),
        ({"por": "evento,cliente"}, "por: one of"),
        ({"cliente": ""}, "cliente: 1 to 64 characters"),
        ({"evento": "x" * 65}, "evento: 1 to 64 characters"),
        ({"limite": "0"}, "limite: a whole number from 1 to 100"),
        ({"limite": "101"}, "limite: a whole number from 1 to 100"),
        ({"limite": "1e1"}, "limite: a whole number from 1 to 100"),
        ({"hasta": "yesterday"}, "hasta: a time of RFC 3339"),
        ({"hasta": "1795503600"}, "hasta: a time of RFC 3339"),
        ({"hasta": "1969-12-31T23:59:59Z"}, "hasta: a time within"),
        ({"hasta": "2026-11-24T08:00:00Z"}, "hasta: 2026-11-24T08:00:00.000Z is in the future"),
        ({"hasta": "9999-12-31T23:59:59-23:59"}, "hasta: a time within"),
        ({"formato": "xml"}, "formato: one of json | csv, not 'xml'"),
        ({"intervalo": "1s"}, "'intervalo': no parameter of historia; there are ventana, paso"),
    ],
)
async def test_bad_queries(client: QuartClient, query: dict[str, str], begins: str) -> None:
    """A bad query is a problem (RFC 9457) that names the parameter and what is right."""
    response = await get(client, **query)
    problem = json.loads(await response.get_data())

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["detail"].startswith(begins)


@pytest.mark.parametrize("query", ["cliente=%ff", "%c3=x", "por=total&evento=%C3%28"])
async def test_a_query_that_is_no_utf_8(client: QuartClient, query: str) -> None:
    """Bytes that are no text name no client, and no other parameter."""
    response = await client.get(f"/reporte/historia?{query}")

    assert response.status_code == 400
    assert b"no UTF-8" in await response.get_data()


@pytest.mark.parametrize("name", ["ventana", "formato", "cliente"])
async def test_repeated_parameters(client: QuartClient, name: str) -> None:
    """Given twice, it is not the caller's guess which one counts."""
    response = await client.get(f"/reporte/historia?{name}=json&{name}=json")

    assert response.status_code == 400


async def test_clients_without_a_place(client: QuartClient, history: History) -> None:
    """Of a client that found no place for a series nothing is pretended to be known."""
    history.fold({(f"c{n}", "clic", END - 2): 7 for n in range(3)}, moment(NOW))

    response = await get(client, cliente="c2", ventana="5s")
    answer = await ask(client, por="cliente", ventana="5s")

    assert response.status_code == 404
    assert "cliente: 'c2' has no series" in json.loads(await response.get_data())["detail"]
    assert [s["cliente"] for s in answer["series"]] == ["web", "c0", "app"]
    assert answer["otros"] == [0, 0, 0, 14, 0]
