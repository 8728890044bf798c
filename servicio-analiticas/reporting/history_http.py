"""`GET /reporte/historia`, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from quart import Quart, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from history.query import BadQueryError, HistoryQuery, NotKeptError, parse
from reporting.front_door import comes_first
from reporting.history_csv import csv_parts

JSON, CSV = "application/json", "text/csv"
FORMATS = {"json": JSON, "csv": CSV}
ReadHistory = Callable[[HistoryQuery, bool], Awaitable[dict[str, Any]]]


def add_history(app: Quart, read: ReadHistory) -> None:
    """
    Add the route to *app*, whose error handler turns HTTPException into problem+json.

    *read* is told whether the question goes before others. It lets BadQueryError and NotKeptError
    through.
    """

    @app.get("/reporte/historia")
    async def get_history() -> Response:
        given = list(request.args.items(multi=True))
        try:
            form = _format([value for name, value in given if name == "formato"])
            query = parse((name, value) for name, value in given if name != "formato")
            history = await read(query, comes_first(request.scope))
        except BadQueryError as error:
            raise BadRequest(str(error)) from None
        except NotKeptError as error:
            raise NotFound(str(error)) from None
        # Much of it moves with the clock, without any commit.
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        if form == JSON:
            return Response(msgspec.json.encode(history), headers=headers, mimetype=JSON)
        headers["Content-Disposition"] = 'attachment; filename="historia.csv"'
        return Response(
            csv_parts(history),
            headers=headers,
            content_type=f"{CSV}; charset=utf-8; header=present",
        )


def _format(given: list[str]) -> str:
    if not given:
        return request.accept_mimetypes.best_match([JSON, CSV]) or JSON
    if len(given) > 1:
        raise BadQueryError("formato: given more than once")
    if given[0] not in FORMATS:
        raise BadQueryError(f"formato: one of {' | '.join(FORMATS)}, not {given[0][:64]!r}")
    return FORMATS[given[0]]
