"""The HTTP side: `/reporte` and what lies below it. It reads, and changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from quart import Quart, Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable

from aside.set_aside import summary
from asking.turns import TooManyReadersError
from comun.web.problem import come_again_in
from comun.web.quart_problem import http_problem
from comun.wire_time import rfc3339
from counting.totals import ledger, report
from database.failures import StoreUnavailableError
from live.live import Live
from reporting.front_door import comes_first
from reporting.long_polls import LongPolls, TooManyPollsError
from reporting.newer_elsewhere import NewerElsewhere
from reporting.turnstile import Turnstile

MAX_WAIT = 25  # seconds; proxies cut idle connections from about 30 on
PATIENCE = 0.006  # seconds for what is being counted; a usual batch takes half of that
MAX_LIMIT = 1000
DEFAULT_SAMPLES = 50
MOST_POLLS = 200


ReadRejections = Callable[[int], Awaitable[dict[str, Any]]]


def create_app(
    live: Live,
    read_rejections: ReadRejections,
    turnstile: Turnstile | None = None,
    most_polls: int = MOST_POLLS,
    newer: NewerElsewhere | None = None,
) -> Quart:
    """*newer*: where others count into the same store."""
    app = Quart(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # its redirect is for good, and forgets any prefix
    app.config["MAX_CONTENT_LENGTH"] = 1024  # nothing here takes a body
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.before_request(_refuse_bad_bytes)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(TooManyReadersError, _busy)
    app.register_error_handler(TooManyPollsError, _busy)
    app.register_error_handler(StoreUnavailableError, _unreadable)
    _add_report(app, live, _Waiting(live, turnstile or Turnstile(), most_polls), newer)
    _add_details(app, live)
    _add_rejections(app, live, read_rejections)
    _add_health(app, live)
    return app


def _add_report(app: Quart, live: Live, waiting: _Waiting, newer: NewerElsewhere | None) -> None:
    reports = _Reports(live)

    @app.get("/reporte")
    async def get_report() -> Response:
        limit = limit_of(request.args.get("limite"))
        known = request.if_none_match
        wait = _wait_seconds(request.headers.getlist("Prefer"))
        headers = Headers({"Cache-Control": "no-cache"})
        if newer:
            await newer.catch_up_with(known)
        if wait and known.contains_weak(live.totals.etag):
            headers["Preference-Applied"] = f"wait={wait}"
            await waiting.for_change(wait, comes_first(request.scope))
        elif wait:
            await live.counted(PATIENCE)
        headers["ETag"] = f'"{live.totals.etag}"'
        if known.contains_weak(live.totals.etag):
            return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(reports.body(limit), headers=headers, mimetype="application/json")


def _add_details(app: Quart, live: Live) -> None:
    @app.get("/reporte/estado")
    async def get_status() -> Response:
        return _json(live.status(), "no-store")

    @app.get("/reporte/libro")
    async def get_ledger() -> Response:
        cola = live.vitals.cola
        sampled = cola and {**cola._asdict(), "medido": rfc3339(cola.medido)}
        beside = {"cola": sampled, "apartados": summary(live.set_aside)}
        return _json({**ledger(live.totals), **beside}, "no-store")


def _add_rejections(app: Quart, live: Live, read_rejections: ReadRejections) -> None:
    @app.get("/reporte/rechazados")
    async def get_rejections() -> Response:
        limit = limit_of(request.args.get("limite", str(DEFAULT_SAMPLES)))
        counts = {"rechazados": live.totals.rechazados, "conflictos": live.totals.conflictos}
        beside = {"apartados": summary(live.set_aside)}
        return _json({**counts, **beside, **await read_rejections(limit)}, "no-store")


def _add_health(app: Quart, live: Live) -> None:
    @app.get("/livez")
    async def get_alive() -> str:
        return "ok"

    @app.get("/readyz")
    async def get_ready() -> Response:
        ready = live.vitals.consuming and live.vitals.almacen == "ok"
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(msgspec.json.encode(live.status()), status, mimetype="application/json")


class _Waiting:
    """At a change the panel is answered at once, and others a few at a time."""

    def __init__(self, live: Live, turnstile: Turnstile, most: int) -> None:
        self._live, self._turnstile = live, turnstile
        self._polls = {True: LongPolls(MOST_POLLS), False: LongPolls(most)}

    async def for_change(self, seconds: int, first: bool) -> None:
        version = self._live.totals.version
        await self._polls[first].wait(lambda: self._live.changed_from(version), seconds)
        if not first:
            await self._turnstile.enter()


class _Reports:
    """Encodes each version once for each limit asked for: many viewers ask for the same."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._version = -1
        self._bodies: dict[int, bytes] = {}

    def body(self, limit: int) -> bytes:
        totals = self._live.totals
        if totals.version != self._version:
            self._version, self._bodies = totals.version, {}
        if limit not in self._bodies:
            self._bodies[limit] = msgspec.json.encode(report(totals, limit))
        return self._bodies[limit]


def _json(value: dict[str, Any], cache_control: str = "no-cache") -> Response:
    body = msgspec.json.encode(value)
    return Response(body, headers={"Cache-Control": cache_control}, mimetype="application/json")


def limit_of(given: str | None) -> int:
    """Return how many are asked for: all that may be, unless told. Raises BadRequest."""
    if given is None:
        return MAX_LIMIT
    if given.isascii() and given.isdigit() and len(given) <= 4 and 1 <= int(given) <= MAX_LIMIT:
        return int(given)
    raise BadRequest(f"limite: a whole number from 1 to {MAX_LIMIT}, not {given[:64]!r}")


def _wait_seconds(prefer: list[str]) -> int:
    # RFC 7240: the first of equal preferences counts, and one that makes no sense is ignored.
    for preference in ",".join(prefer).split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        seconds = value.strip().strip('"')
        if name.strip().lower() == "wait" and seconds.isascii() and seconds.isdigit():
            return MAX_WAIT if len(seconds) > 2 else min(int(seconds), MAX_WAIT)
    return 0


async def _refuse_bad_bytes() -> None:
    """Werkzeug would put a character of its own in their place, and ask for that."""
    try:
        unquote_to_bytes(request.query_string).decode()
    except UnicodeDecodeError:
        raise BadRequest("the query holds bytes that are no UTF-8") from None


async def _busy(error: TooManyReadersError | TooManyPollsError) -> Response:
    return http_problem(ServiceUnavailable(str(error), retry_after=come_again_in()))


async def _unreadable(error: StoreUnavailableError) -> Response:
    """Why is for the log: it may name servers."""
    text = "the store can't be read now; the log says why"
    return http_problem(ServiceUnavailable(text, retry_after=come_again_in()))
