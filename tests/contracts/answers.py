"""Which schema an answer over HTTP has, by where it comes from."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx

from tests.contracts.wire_schemas import sent

PROBLEM = "application/problem+json"
PANEL, CLIENT, ONE_CLIENT = "/panel", "/reporte/clientes", "/reporte/clientes/{cliente}"
ROUTES = {
    ("/reporte", 200): "report",
    (CLIENT, 200): "clients",
    (ONE_CLIENT, 200): "client_report",
    ("/reporte/estado", 200): "state",
    ("/reporte/libro", 200): "ledger",
    ("/reporte/historia", 200): "history",
    ("/reporte/habitual", 200): "usual",
    ("/reporte/rechazados", 200): "rejected",
    ("/historia", 200): "history",
    ("/habitual", 200): "usual",
    ("/rechazados", 200): "rejected",
    ("/avisos", 200): "alerts",
    ("/estado.json", 200): "panel_state",
    ("/eventos", 200): "lines_receipt",
    ("/eventos", 202): "intake_receipt",
}


def message_at(url: str, status: int) -> str | None:
    """The schema of what is answered there as JSON, through the proxy or past it."""
    asked = urlsplit(url)
    path = asked.path.removeprefix(PANEL).rstrip("/")
    names_one = "cliente" in parse_qs(asked.query, keep_blank_values=True)
    if path.startswith(f"{CLIENT}/") or (path == CLIENT and names_one):
        path = ONE_CLIENT
    return ROUTES.get((path, status))


def described(answer: httpx.Response) -> httpx.Response:
    """The answer itself; raises AssertionError when it is not what its schema describes."""
    kind = answer.headers.get("Content-Type", "")
    if kind == PROBLEM:
        sent("problem", answer.content)
    name = message_at(str(answer.url), answer.status_code)
    if name and kind == "application/json":
        sent(name, answer.content)
    return answer
