"""
The `/reporte…` that a panel reads, served by a panel: a hundred of them cost the analytics as
much as one. Only panels are to reach it: it is no route of the proxy.
"""

from __future__ import annotations

from http import HTTPStatus

from quart import Quart, Response, request
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable

from comun.web.quart_problem import http_problem
from messages.descent import Descent, headers_of
from page.relay_routes import RELAYED, add_relays
from push.heartbeat import Heartbeat
from reading.kept_report import KeptReport, Report
from reading.relay import Relay

LIMIT = "1000"
LONGEST_WAIT = 25  # seconds, as at the analytics


class CircleError(HTTPException):
    code = HTTPStatus.LOOP_DETECTED.value
    name = HTTPStatus.LOOP_DETECTED.phrase


def create_feed(kept: KeptReport, heartbeat: Heartbeat, relay: Relay) -> Quart:
    app = Quart(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # its redirect is for good, and forgets any prefix
    app.config["MAX_CONTENT_LENGTH"] = 1024  # nothing here takes a body
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.register_error_handler(HTTPException, http_problem)
    _add_descent(app, kept, heartbeat)
    _add_report(app, kept)
    add_relays(app, relay, {path: path for path in RELAYED.values()})
    return app


def _add_descent(app: Quart, kept: KeptReport, heartbeat: Heartbeat) -> None:
    @app.before_request
    async def refuse_a_circle() -> None:
        if kept.circle:
            raise CircleError(kept.circle)

    @app.after_request
    async def tell(response: Response) -> Response:
        age = heartbeat.age() or 0.0
        panels = (kept.name, *kept.panels)
        descent = Descent(age, heartbeat.online, panels, heartbeat.analytics)
        response.headers.update(headers_of(descent))
        return response


def _add_report(app: Quart, kept: KeptReport) -> None:
    @app.get("/reporte")
    async def get_report() -> Response:
        if request.args.get("limite", LIMIT) != LIMIT:
            raise BadRequest(
                f"limite: a panel keeps the {LIMIT} largest clients, and no other list"
            )
        headers = {"Cache-Control": "no-cache"}
        report, wait = _read(kept.report), _wait_seconds(request.headers.get("Prefer", ""))
        if wait and request.if_none_match.contains_weak(report.etag):
            headers["Preference-Applied"] = f"wait={wait}"
            await kept.wait_for_news(wait)
            report = _read(kept.report)
        headers["ETag"] = f'"{report.etag}"'
        if request.if_none_match.contains_weak(report.etag):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(report.body, headers=headers, mimetype="application/json")

    @app.get("/reporte/estado")
    async def get_state() -> Response:
        if kept.estado is None:
            raise _nothing_yet()
        headers = {"Cache-Control": "no-store"}
        return Response(kept.estado, headers=headers, mimetype="application/json")


def _read(report: Report | None) -> Report:
    if report is None:
        raise _nothing_yet()
    return report


def _nothing_yet() -> ServiceUnavailable:
    detail = "this panel has read nothing from the analytics service yet; try again soon"
    return ServiceUnavailable(detail, retry_after=2)


def _wait_seconds(prefer: str) -> int:
    """Of RFC 7240's `wait`; 0 where it is not asked for."""
    name, _, seconds = prefer.partition("=")
    if name.strip().lower() != "wait" or not seconds.strip().isdecimal():
        return 0
    return min(int(seconds), LONGEST_WAIT)
