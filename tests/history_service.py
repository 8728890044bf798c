"""The history that the contract shows, as the report serves it."""

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode

from quart.testing import QuartClient
from quart.wrappers import Response

from counting.totals import Totals
from database.connection import Connection
from history.history import History, Places
from history.query import HistoryQuery
from live.live import Live
from reporting.history_http import add_history
from reporting.report_http import create_app
from tests.contracts.wire_schemas import example, sent
from tests.history_questions import moment, read

CONTRACT = example("historia")
NOW = 1_795_503_600.0 - 0.5  # half a second before 2026-11-24T07:00:00Z
END = 1_795_503_600
# The events of the contract's answer
POINTS = {
    ("web", "clic"): [3, 2, 4, 0, 5],
    ("app", "compra"): [0, 1, 0, 0, 1],
    ("app", "clic"): [0, 0, 1, 0, 0],
}


def contract_history(db: Connection) -> History:
    """A history with the events of the contract's answer."""
    history = History(db, places=Places(clients=3))
    history.fold(
        {(*name, END - 5 + i): n for name, points in POINTS.items() for i, n in enumerate(points)}
        | {("web", "clic", END + 3600): 1},
        moment(NOW),
    )
    return history


def client_of(history: History) -> QuartClient:
    """A client of the report that serves this history."""

    async def answer(query: HistoryQuery, first: bool) -> dict[str, Any]:
        commit = {"epoca": CONTRACT["epoca"], "version": CONTRACT["version"]}
        return commit | read(history, query, {}, NOW)

    async def no_rejections(limit: int) -> dict[str, Any]:
        return {}

    app = create_app(Live(Totals("b1f0")), no_rejections)
    add_history(app, answer)
    return QuartClient(app)


async def get(
    client: QuartClient, headers: dict[str, str] | None = None, /, **query: object
) -> Response:
    return await client.get(f"/reporte/historia?{urlencode(query)}", headers=headers)


async def ask(client: QuartClient, **query: object) -> dict[str, Any]:
    response = await get(client, **query)
    assert response.status_code == 200, await response.get_data()
    answer: dict[str, Any] = json.loads(await response.get_data())
    sent("history", answer)
    return answer


async def table(
    client: QuartClient, headers: dict[str, str] | None = None, /, **query: object
) -> tuple[str, list[list[str]]]:
    response = await get(client, headers, **query)
    text = await response.get_data(as_text=True)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    return text, list(csv.reader(io.StringIO(text, newline="")))
