"""What Schemathesis is told beside the document: whatever OpenAPI has no words for."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any
from urllib.parse import unquote

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, HookContext
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import RejectedPositiveData

from tests.api.beyond_schemas import events_are_refused, name_is_refused

SEND, CLIENTS = "POST /eventos", "GET /reporte/clientes"
WAIT = re.compile(r"wait\s*=\s*\"?\d+", re.IGNORECASE)
ATTRIBUTES = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/fuzz", "ce-type": "fuzz"}
REFUSED_IN_PATHS = re.compile(r"%(2f|5c|00|25|3b|3f|23)", re.IGNORECASE)

NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=40)
EVENTS = st.fixed_dictionaries(
    {"cliente": NAMES},
    optional={"evento": NAMES, "timestamp": st.integers(0, 10**9), "metadata": st.booleans()},
)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def as_lines(events: list[dict[str, Any]]) -> bytes:
    return b"\n".join(map(as_json, events))


# Bodies that are JSON, or lines of it, under a type for which Schemathesis would invent any text
LINES = st.lists(EVENTS, min_size=1, max_size=5).map(as_lines)
INVENTED = {
    "text/plain": EVENTS.map(as_json),
    "application/x-www-form-urlencoded": EVENTS.map(as_json),
    "application/x-ndjson": LINES,
    "application/ndjson": LINES,
}
for media_type, bodies in INVENTED.items():
    schemathesis.openapi.media_type(media_type, bodies)


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Examples are text in the document, where Schemathesis sends the bytes of INVENTED."""
    for media_type in INVENTED:
        del raw_schema["paths"]["/eventos"]["post"]["requestBody"]["content"][media_type]["example"]


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    headers = case.headers
    if "Prefer" in headers:  # what is tested is what is answered then, not how long that takes
        headers["Prefer"] = WAIT.sub("wait=1", headers["Prefer"])
    if case.operation.label == CLIENTS:
        one_or_all(case)
    if case.operation.label == SEND:
        go_together(case)
        if headers.get("Content-Encoding") in ("gzip", "x-gzip"):
            pack(case, kwargs)


def is_good(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def one_or_all(case: Case[Any]) -> None:
    """One client is asked for by nothing but its name."""
    if is_good(case) and "cliente" in case.query:
        for name in [name for name in case.query if name != "cliente"]:
            del case.query[name]


def go_together(case: Case[Any]) -> None:
    """A CloudEvent has all of its headers, or is none; an event that names no client has one."""
    if is_good(case) and "ce-id" in case.headers:
        case.headers.update({k: v for k, v in ATTRIBUTES.items() if k not in case.headers})
    else:  # under them no body would be a bad one
        for name in [name for name in case.headers if name.lower().startswith("ce-")]:
            del case.headers[name]
    if is_good(case) and "X-Client-Name" not in case.headers:
        case.query.setdefault("cliente", "fuzz")


def pack(case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Send the body as the header says that it comes."""
    sent = case.as_transport_kwargs()
    body = sent["data"] if sent.get("data") is not None else as_json(sent.get("json"))
    kwargs["data"] = gzip.compress(body if isinstance(body, bytes) else str(body).encode())


@schemathesis.hook
def filter_failure(
    context: HookContext, failure: Failure, case: Case[Any], response: Response
) -> bool:
    """Whether it is one that no sentence of the contracts explains."""
    if isinstance(failure, AcceptedNegativeData):
        return not is_utf8_beyond_ascii(str(case.headers.get("X-Client-Name", "")))
    if response.status_code != 400:
        return True
    if isinstance(failure, RejectedPositiveData):
        return not is_against_a_rule(case)
    # The proxy's own 400 is empty, and OpenAPI has no word for that beside the problem's type.
    encoded = REFUSED_IN_PATHS.search(str(response.request.url).partition("?")[0])
    return not (encoded and not response.content)


def is_utf8_beyond_ascii(header: str) -> bool:
    """Whether its octets are, which the pattern of a text can't say."""
    try:
        return not header.isascii() and bool(header.encode("latin-1").decode())
    except UnicodeError:
        return False


def is_against_a_rule(case: Case[Any]) -> bool:
    match case.operation.label:
        case "POST /eventos":
            return events_are_refused(case.media_type or "", case.body, case.query, case.headers)
        case "GET /reporte/clientes":
            given = (case.query.get(name) for name in ("cliente", "despues"))
            return any(name and name_is_refused(str(name)) for name in given)
        case "GET /reporte/clientes/{cliente}":
            return name_is_refused(unquote(str(case.path_parameters["cliente"])))
    return False
