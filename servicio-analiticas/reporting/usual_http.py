"""`GET /reporte/habitual`: what is usual at this time of the week, beside what happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from quart import Quart, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from history.query import BadQueryError, NotKeptError
from reporting.front_door import comes_first
from usual.usual_query import UsualQuery, parse_usual

ReadUsual = Callable[[UsualQuery, bool], Awaitable[dict[str, Any]]]


def add_usual(app: Quart, read: ReadUsual) -> None:
    """Add the route to *app*, as `history_http.add_history` does."""

    @app.get("/reporte/habitual")
    async def get_usual() -> Response:
        try:
            query = parse_usual(request.args.items(multi=True))
            usual = await read(query, comes_first(request.scope))
        except BadQueryError as error:
            raise BadRequest(str(error)) from None
        except NotKeptError as error:
            raise NotFound(str(error)) from None
        headers = {"Cache-Control": "no-store"}  # it moves with the clock
        return Response(msgspec.json.encode(usual), headers=headers, mimetype="application/json")
