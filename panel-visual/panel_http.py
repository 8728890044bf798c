"""The page and its fallback over HTTP. The WebSocket is the hub's, on its own port."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import msgspec
from quart import Quart, Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, NotFound

from hub import Hub
from static_files import read_static

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def create_app(static: Path, hub: Hub, state: Callable[[], bytes]) -> Quart:
    """*state* gives the body of `estado.json`."""
    app = Quart(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 1024  # nothing here takes a body
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.register_error_handler(HTTPException, _problem)
    root = static.resolve()

    @app.after_request
    async def secure(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        return response

    @app.get("/")
    async def get_page() -> Response:
        return _static(root, "index.html")

    @app.get("/static/<path:name>")
    async def get_static(name: str) -> Response:
        return _static(root, name)

    @app.get("/estado.json")
    async def get_state() -> Response:
        headers = {"Cache-Control": "no-store"}
        return Response(state(), headers=headers, mimetype="application/json")

    @app.get("/livez")
    async def get_alive() -> Response:
        return Response("ok", mimetype="text/plain")

    @app.get("/readyz")
    async def get_ready() -> Response:
        """Ready also while the analytics are away: the page says so."""
        status = HTTPStatus.SERVICE_UNAVAILABLE if hub.closing else HTTPStatus.OK
        body = msgspec.json.encode({"viewers": len(hub), "cuts": hub.cuts})
        return Response(body, status, mimetype="application/json")

    return app


def _static(root: Path, name: str) -> Response:
    found = read_static(root, name)
    if found is None:
        raise NotFound(f"no such file: {name[:64]!r}")
    # no-cache: kept by the browser, but asked for each time, so that an upgrade is seen at once.
    headers = {"ETag": f'"{found.etag}"', "Cache-Control": "no-cache"}
    if request.if_none_match.contains_weak(found.etag):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(found.body, headers=headers, content_type=found.content_type)


async def _problem(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": error.description,
    }
    # The error's own headers say what a client may do instead (Allow on a 405).
    headers = Headers([(k, v) for k, v in error.get_headers() if k != "Content-Type"])
    headers.update(SECURITY_HEADERS)  # here too: after_request does not see a refused WebSocket
    body = msgspec.json.encode(problem)
    return Response(body, status, headers, mimetype="application/problem+json")
