"""The HTTP side of the intake: `POST /eventos`, and how it feels."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qsl

import msgspec
from quart import Quart, Request, Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from comun.web.problem import TYPE, http_problem
from intake.access.admission import Admission
from intake.access.problem import ProblemError, bad_request
from intake.access.webhook import REQUEST_ORIGIN
from intake.bodies.body import PacedBody, PacedConnection, PacedRequest
from intake.bodies.events import Sender, default_client_of
from intake.bodies.room import Room
from intake.delivery import Delivery
from intake.ids import ids_of
from intake.request import Intake

NOWHERE = "nothing is at this path: events are taken by POST /eventos"


def create_app(admission: Admission, delivery: Delivery) -> Quart:
    app = Quart(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # its redirect is for good, and forgets any prefix
    app.asgi_http_class = PacedConnection
    app.request_class = PacedRequest
    app.config["MAX_CONTENT_LENGTH"] = None  # each kind of body has its own limit
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(ProblemError, _problem)
    app.after_request(_after_the_body)
    _add_health(app, delivery)
    room = Room()

    @app.before_request
    async def permit() -> Response | None:
        # Not a route: an OPTIONS that asks for nothing stays a 405, of which nobody takes consent.
        if request.method != "OPTIONS" or REQUEST_ORIGIN not in request.headers:
            return None
        if request.path.rstrip("/") != "/eventos":
            return None
        return Response(b"", HTTPStatus.OK, Headers(admission.permit(request.headers)))

    @app.post("/eventos")
    @app.post("/eventos/")
    async def post_events() -> Response:
        caller = admission.admit(request.headers, _peer(request))
        sender = Sender(caller, default_client_of(_given_client(request), caller))
        intake = Intake(delivery, room, sender, ids_of(request.headers, caller.owner))
        answer = await intake.take(request)
        return Response(
            msgspec.json.encode(answer.body), answer.status, mimetype="application/json"
        )

    return app


def _add_health(app: Quart, delivery: Delivery) -> None:
    @app.get("/livez")
    async def get_alive() -> Response:
        return Response("ok", mimetype="text/plain")

    @app.get("/readyz")
    async def get_ready() -> Response:
        status = HTTPStatus.OK if delivery.ready else HTTPStatus.SERVICE_UNAVAILABLE
        body = msgspec.json.encode({"broker": "conectado" if delivery.ready else "reconectando"})
        return Response(body, status, mimetype="application/json")


async def _after_the_body(response: Response) -> Response:
    if isinstance(request.body, PacedBody):
        await request.body.discard()
    return response


def _given_client(request: Request) -> str | None:
    """The client of events that name none: `?cliente=`, else the header X-Client-Name."""
    try:
        query = dict(parse_qsl(request.query_string.decode("ascii"), True, errors="strict"))
        header = request.headers.get("X-Client-Name")
        return query.get("cliente", header and header.encode("latin-1").decode())
    except ValueError:
        raise bad_request("cliente (of the address or X-Client-Name): no UTF-8") from None


def _peer(request: Request) -> str:
    return str((request.scope.get("client") or ("",))[0])


async def _http_problem(error: HTTPException) -> Response:
    return http_problem(error, NOWHERE if error.code == HTTPStatus.NOT_FOUND else None)


async def _problem(problem: ProblemError) -> Response:
    return Response(
        problem.body(),
        problem.status,
        Headers(problem.headers),
        mimetype=TYPE,
    )
