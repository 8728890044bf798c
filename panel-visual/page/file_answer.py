"""A file of the panel over HTTP."""

from __future__ import annotations

from http import HTTPStatus

from quart import Response, request

from page.static_files import StaticFile


def file_answer(found: StaticFile) -> Response:
    """Answer the current request with *found*, or with 304 to who has it."""
    # no-cache: kept by the browser, but asked for each time, so that an upgrade is seen at once.
    headers = {"ETag": f'"{found.etag}"', "Cache-Control": "no-cache"}
    if request.if_none_match.contains_weak(found.etag):
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(found.body, headers=headers, content_type=found.content_type)
