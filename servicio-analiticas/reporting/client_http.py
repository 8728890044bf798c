"""`GET /reporte/clientes/<cliente>` or `?cliente=`, for any client that was ever counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from quart import Quart, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from decoding.event_decoding import checked_name

ReadClient = Callable[[str], Awaitable[dict[str, Any] | None]]
AnswerPage = Callable[[], Awaitable[Response]]


def add_client(app: Quart, read: ReadClient, all_by_pages: AnswerPage) -> None:
    """
    Add the routes to *app*, whose error handler turns HTTPException into problem+json.

    *all_by_pages* answers who names no client.
    """

    app.url_map.merge_slashes = False  # or /x would be answered with the client x

    @app.get("/reporte/clientes/<path:cliente>")
    async def get_client(cliente: str) -> Response:
        return await _answer(cliente, read)

    # A proxy may refuse or change a path with `/` or `%` in the name; a query it leaves alone.
    @app.get("/reporte/clientes")
    async def get_clients() -> Response:
        given = request.args.getlist("cliente")
        if not given:
            return await all_by_pages()
        if len(given) > 1 or len(request.args) > 1:
            example = "/reporte/clientes?cliente=cliente_uno"
            raise BadRequest(f"cliente: name one, and nothing besides, as in {example}")
        return await _answer(given[0], read)


async def _answer(given: str, read: ReadClient) -> Response:
    try:
        cliente = checked_name("cliente", given)
    except ValueError as error:
        raise BadRequest(str(error)) from None
    found = await read(cliente)
    if found is None:
        raise NotFound(f"cliente: {cliente!r} was never seen")
    headers = {"Cache-Control": "no-cache"}
    return Response(msgspec.json.encode(found), headers=headers, mimetype="application/json")
