"""What a request's headers say about its body."""

from __future__ import annotations

from enum import Enum
from http import HTTPStatus

from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header

from intake.access.problem import ProblemError, shown


class Kind(Enum):
    """How the events lie in a body. Objects or an array are told apart by the first byte."""

    JSON = "one event, several one after another, or an array"
    NDJSON = "one event a line"
    CLOUDEVENT = "CloudEvents, structured mode"
    CLOUDEVENTS = "CloudEvents, batched mode"
    CLOUDEVENT_IN_HEADERS = "CloudEvents, binary mode"


KINDS = {
    "": Kind.JSON,
    "application/json": Kind.JSON,
    "application/x-www-form-urlencoded": Kind.JSON,  # what `curl -d` says of whatever it sends
    "text/plain": Kind.JSON,  # what many libraries say of a string
    "application/x-ndjson": Kind.NDJSON,
    "application/ndjson": Kind.NDJSON,
    "application/cloudevents+json": Kind.CLOUDEVENT,
    "application/cloudevents-batch+json": Kind.CLOUDEVENTS,
}
OFFERED = ", ".join(sorted({*KINDS} - {"", "application/ndjson"}))
IDENTITY = "identity"
CHARSETS = ("utf-8", "utf8", "us-ascii", "ascii")
ATTRIBUTES = ("ce-specversion", "ce-id", "ce-source", "ce-type")


def kind_of(headers: Headers) -> Kind:
    """Raises ProblemError (415) for a body that is not for us."""
    media, parameters = parse_options_header(headers.get("Content-Type", ""))
    media = media.lower()
    if any(name in headers for name in ATTRIBUTES) and not media.startswith(
        "application/cloudevents"
    ):
        return Kind.CLOUDEVENT_IN_HEADERS
    if media not in KINDS:
        raise _unsupported(f"Content-Type: {shown(media)} is none of {OFFERED}")
    if (charset := parameters.get("charset", "utf-8").lower()) not in CHARSETS:
        raise _unsupported(f"Content-Type: charset {shown(charset)}, must be utf-8")
    return KINDS[media]


def is_json(headers: Headers) -> bool:
    """Whether a CloudEvent in binary mode says that its data is JSON."""
    media = parse_options_header(headers.get("Content-Type", ""))[0].lower()
    return media in ("application/json", "text/json") or media.endswith("+json")


def is_packed(headers: Headers) -> bool:
    """Whether the body comes as gzip. Raises ProblemError (415) for any other encoding."""
    given = ", ".join(headers.getlist("Content-Encoding") or [IDENTITY])
    encoding = given.strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return True
    if encoding != IDENTITY:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Encoding: {shown(given)}, must be gzip or none",
            headers={"Accept-Encoding": "gzip, identity"},
        )
    return False


def _unsupported(detail: str) -> ProblemError:
    return ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, headers={"Accept-Post": OFFERED})
