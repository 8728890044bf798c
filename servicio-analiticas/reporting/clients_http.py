"""`GET /reporte/clientes`: all clients by name, in pages that each begin after a name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import msgspec
from quart import Response, request
from werkzeug.exceptions import BadRequest

from decoding.event_decoding import checked_name
from live.live import Live
from reporting.report_http import limit_of
from storing.client_row import PageOfClients

PARAMETERS = ("despues", "limite")
ReadClients = Callable[[PageOfClients], Awaitable[dict[str, Any]]]


async def answer_page(read: ReadClients, live: Live) -> Response:
    """
    Answer the request with the page that it asks for, which is of one commit.

    Raises BadRequest.
    """
    page = _page()
    headers = {"ETag": f'"{live.totals.etag}"', "Cache-Control": "no-cache"}
    if request.if_none_match.contains_weak(live.totals.etag):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    found = await read(page)
    headers["ETag"] = f'"{found["epoca"]}-{found["version"]}"'
    return Response(msgspec.json.encode(found), headers=headers, mimetype="application/json")


def _page() -> PageOfClients:
    for name in request.args:
        if name not in PARAMETERS:
            known = "there are cliente, or despues and limite"
            raise BadRequest(f"{name[:64]!r}: no parameter of clientes; {known}")
        if len(request.args.getlist(name)) > 1:
            raise BadRequest(f"{name}: given more than once")
    after, limit = request.args.get("despues", ""), limit_of(request.args.get("limite"))
    try:
        return PageOfClients(after and checked_name("despues", after), limit)
    except ValueError as error:
        raise BadRequest(str(error)) from None
