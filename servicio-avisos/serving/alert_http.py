"""`GET /avisos`, for the panel, and the health checks."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from quart import Quart, Response
from werkzeug.exceptions import HTTPException

from comun.web.quart_problem import http_problem


def create_app(told: Callable[[], dict[str, Any]], ready: Callable[[], bool]) -> Quart:
    app = Quart(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 1024  # nothing here takes a body
    app.register_error_handler(HTTPException, http_problem)

    @app.get("/avisos")
    async def get_alerts() -> Response:
        headers = {"Cache-Control": "no-store"}
        return Response(msgspec.json.encode(told()), headers=headers, mimetype="application/json")

    @app.get("/livez")
    async def get_alive() -> str:
        return "ok"

    @app.get("/readyz")
    async def get_ready() -> Response:
        """Ready also while the analytics are away: to say so is what this service is for."""
        status = HTTPStatus.OK if ready() else HTTPStatus.SERVICE_UNAVAILABLE
        return Response(status.phrase, status, mimetype="text/plain")

    return app
