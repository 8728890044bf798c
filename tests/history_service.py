"""The history that the contract shows, as the report serves it."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import urlencode

from counting.totals import Totals
from history.history import History, Places
from live.live import Live
from reporting.history_http import add_history
from reporting.report_http import create_app
from tests.history_questions import moment, read

CONTRACT = json.loads((Path(__file__).parent / "contracts" / "historia.json").read_text())
NOW = 1_795_503_600.0 - 0.5  # half a second before 2026-11-24T07:00:00Z
END = 1_795_503_600
# The events of the contract's answer
POINTS = {
    ("web", "clic"): [3, 2, 4, 0, 5],
    ("app", "compra"): [0, 1, 0, 0, 1],
    ("app", "clic"): [0, 0, 1, 0, 0],
}


def contract_history(db):
    """A history with the events of the contract's answer."""
    history = History(db, places=Places(clients=3))
    history.fold(
        {(*name, END - 5 + i): n for name, points in POINTS.items() for i, n in enumerate(points)}
        | {("web", "clic", END + 3600): 1},
        moment(NOW),
    )
    return history


def client_of(history):
    """A client of the report that serves this history."""

    async def answer(query, first):
        commit = {"epoca": CONTRACT["epoca"], "version": CONTRACT["version"]}
        return commit | read(history, query, {}, NOW)

    async def no_rejections(limit):
        return {}

    app = create_app(Live(Totals("b1f0")), no_rejections)
    add_history(app, answer)
    return app.test_client()


async def get(client, headers=None, **query):
    return await client.get(f"/reporte/historia?{urlencode(query)}", headers=headers)


async def ask(client, **query):
    response = await get(client, **query)
    assert response.status_code == 200, await response.get_data()
    return json.loads(await response.get_data())


async def table(client, headers=None, **query):
    response = await get(client, headers, **query)
    text = (await response.get_data()).decode()
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    return text, list(csv.reader(io.StringIO(text, newline="")))
