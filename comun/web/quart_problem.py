"""What Quart refuses by itself, told as a problem."""

from __future__ import annotations

from http import HTTPStatus

from quart import Response
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from comun.web.problem import TYPE, problem_body


def http_problem(error: HTTPException) -> Response:
    """Of an error that the framework raised; its headers say what a client may do instead."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = Headers([(k, v) for k, v in error.get_headers() if k != "Content-Type"])
    body = problem_body(status, error.description)
    return Response(body, status, headers, mimetype=TYPE)
