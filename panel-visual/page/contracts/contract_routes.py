"""Where the documents of our wires are served, and the page on which one can be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from quart import Quart, Response

from page.contracts.contract_documents import READABLE
from page.contracts.readable_page import readable
from page.file_answer import file_answer
from page.static_files import StaticFile, static_file

PAGE = "/contratos"


def add_contracts(app: Quart, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Each of *documents* at its name, and below PAGE the one that is READABLE."""
    for name, document in documents.items():
        body = msgspec.json.encode(document)
        _add(app, f"/{name}", static_file(body, "application/json"))
    page = readable(documents[READABLE], list(documents)).encode()
    _add(app, PAGE, static_file(page, "text/html; charset=utf-8"))


def _add(app: Quart, path: str, file: StaticFile) -> None:
    app.add_url_rule(path, path, _route(file), methods=["GET"])


def _route(file: StaticFile) -> Callable[[], Awaitable[Response]]:
    async def get_contract() -> Response:
        return file_answer(file)

    return get_contract
