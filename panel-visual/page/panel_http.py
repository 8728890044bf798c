"""The page and its fallback over HTTP. The WebSocket is the hub's, on its own port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path

import msgspec
from quart import Quart, Response
from werkzeug.exceptions import HTTPException, NotFound

from comun.web.quart_problem import http_problem
from page.file_answer import file_answer
from page.relay_routes import add_alerts, add_relays
from page.start_page import Account, for_account
from page.static_files import StaticFile, read_static
from push.heartbeat import Heartbeat
from push.hub import Hub
from push.pusher import Pusher
from reading.relay import Relay

POLICY = (  # and who may frame the page
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
    "frame-ancestors 'self'"
)
STRICT_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


USUAL_ACCOUNT = Account()


def create_app(
    static: Path,
    hub: Hub,
    state: Callable[[], bytes],
    relay: Relay,
    framers: Sequence[str] = (),
    account: Account = USUAL_ACCOUNT,
    alerts: Relay | None = None,
) -> Quart:
    """
    *state* gives the body of `estado.json`; *framers* are origins that may frame the page.

    *account* is the one that the command of the empty page publishes with, *alerts* asks the alert
    service, if there is one.
    """
    app = Quart(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # its redirect is for good, and forgets any prefix
    app.config["MAX_CONTENT_LENGTH"] = 1024  # nothing here takes a body
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    _secure(app, {"Content-Security-Policy": " ".join([POLICY, *framers]), **STRICT_HEADERS})
    _add_page(app, static.resolve(), state, account)
    add_relays(app, relay)
    add_alerts(app, alerts)
    _add_health(app, hub)
    return app


def state_of(pusher: Pusher, heartbeat: Heartbeat) -> Callable[[], bytes]:
    """What a viewer without a WebSocket polls: the same two messages."""

    def state() -> bytes:
        snapshot = pusher.snapshot or b"null"
        return b'{"instantanea":%b,"latido":%b}' % (snapshot, heartbeat.payload())

    return state


def _secure(app: Quart, strict: dict[str, str]) -> None:
    @app.after_request
    async def secure(response: Response) -> Response:
        response.headers.update(strict)
        return response

    @app.errorhandler(HTTPException)
    async def explain(error: HTTPException) -> Response:
        response = http_problem(error)
        response.headers.update(strict)  # here too: after_request sees no refused WebSocket
        return response


def _add_page(app: Quart, root: Path, state: Callable[[], bytes], account: Account) -> None:
    @app.get("/")
    async def get_page() -> Response:
        return file_answer(for_account(_found(root, "index.html"), account))

    @app.get("/static/<path:name>")
    async def get_static(name: str) -> Response:
        return file_answer(_found(root, name))

    @app.get("/estado.json")
    async def get_state() -> Response:
        headers = {"Cache-Control": "no-store"}
        return Response(state(), headers=headers, mimetype="application/json")


def _add_health(app: Quart, hub: Hub) -> None:
    @app.get("/livez")
    async def get_alive() -> Response:
        return Response("ok", mimetype="text/plain")

    @app.get("/readyz")
    async def get_ready() -> Response:
        """Ready also while the analytics are away: the page says so."""
        status = HTTPStatus.SERVICE_UNAVAILABLE if hub.closing else HTTPStatus.OK
        body = msgspec.json.encode({"viewers": len(hub), "cuts": hub.cuts})
        return Response(body, status, mimetype="application/json")


def _found(root: Path, name: str) -> StaticFile:
    found = read_static(root, name)
    if found is None:
        raise NotFound(f"no such file: {name[:64]!r}")
    return found
