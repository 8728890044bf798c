"""What the page reads of other services through the panel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from quart import Quart, Response, request
from werkzeug.exceptions import BadRequest, ServiceUnavailable

from reading.relay import Relay, UnavailableError

MAX_QUERY = 1024  # bytes
RELAYED = {
    "/historia": "/reporte/historia",
    "/habitual": "/reporte/habitual",
    "/rechazados": "/reporte/rechazados",
}
ALERTS = "/avisos"


def add_relays(app: Quart, relay: Relay, paths: Mapping[str, str] = RELAYED) -> None:
    """
    Answer each of *paths* with what the analytics say to the other, and its age (s) in `Age`.

    The parameters are the analytics' to judge: their 400 is passed on.
    """
    for path, upstream in paths.items():
        app.add_url_rule(path, path, _route(relay, upstream), methods=["GET"])


def add_alerts(app: Quart, relay: Relay | None) -> None:
    """Answer what the alert service says; nothing where there is none, which is no error."""

    async def no_alerts() -> Response:
        return Response(status=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})

    view = no_alerts if relay is None else _route(relay, ALERTS, takes_query=False)
    app.add_url_rule(ALERTS, ALERTS, view, methods=["GET"])


def _route(
    relay: Relay, upstream: str, *, takes_query: bool = True
) -> Callable[[], Awaitable[Response]]:
    async def get_relayed() -> Response:
        query = request.query_string.decode("ascii", "replace") if takes_query else ""
        if len(query) > MAX_QUERY:
            raise BadRequest(f"the query is longer than {MAX_QUERY} bytes")
        try:
            answer, age = await relay.get(f"{upstream}?{query}" if query else upstream)
        except UnavailableError as error:
            raise ServiceUnavailable(f"{error}; try again soon", retry_after=2) from error
        headers = {"Age": str(int(age)), "Cache-Control": "no-store"}
        return Response(
            answer.body, HTTPStatus(answer.status), headers, content_type=answer.content_type
        )

    return get_relayed
