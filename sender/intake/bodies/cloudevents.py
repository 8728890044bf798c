"""
CloudEvents 1.0 (HTTP protocol binding 1.0.2) as our events: source → cliente, type → evento.

Each is a message of its own, under an id that its source and id make: a copy is recognised in
whatever mode and batch it comes. So the body holds what is counted and nothing else: the data,
which another mode may write differently, is only looked at for being JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from werkzeug.datastructures import Headers

from events.event_check import trimmed
from intake.access.problem import ProblemError, bad_request
from intake.bodies.attributes import moment, of_headers, plain, short
from intake.bodies.events import Sender, take_all, take_event
from intake.bodies.parts import cloudevent_id

MOST_CLOUDEVENTS = 1_000  # of a batch: each is a message
ATTRIBUTES = {"cliente": "source", "evento": "type", "timestamp": "time"}


class CloudEvent(NamedTuple):
    message_id: str
    event: bytes


def take_structured(body: bytes, sender: Sender) -> list[CloudEvent]:
    """Raises ProblemError: 400 or 403."""
    return take_all([_decoded(body, dict)], lambda item: take_cloudevent(item, sender))


def take_batch(body: bytes, sender: Sender) -> list[CloudEvent]:
    """Raises ProblemError: 400, 403 or 413. An empty batch is nothing, and allowed."""
    items = _decoded(body, list)
    if len(items) > MOST_CLOUDEVENTS:
        raise ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"body: {len(items)} events, a batch has at most {MOST_CLOUDEVENTS};"
            " send several requests",
        )
    return take_all(items, lambda item: take_cloudevent(item, sender))


def take_binary(headers: Headers, body: bytes, is_json: bool, sender: Sender) -> list[CloudEvent]:
    """Raises ProblemError: 400 or 403."""
    if is_json and trimmed(body):
        _decoded(body, object)
    return take_all([headers], lambda given: take_cloudevent(of_headers(given), sender))


def take_cloudevent(given: object, sender: Sender) -> CloudEvent:
    """Raises ValueError with a reason that begins with the attribute."""
    if not isinstance(given, dict):
        raise ValueError("body: a CloudEvent is an object")
    if (version := given.get("specversion")) != "1.0":
        raise ValueError(f"specversion: must be '1.0', not {str(version)[:64]!r}")
    source, event_id, kind = (plain(_text(given, name)) for name in ("source", "id", "type"))
    event = {"cliente": short(source), "evento": kind}
    if given.get("time") is not None:
        event["timestamp"] = moment(plain(_text(given, "time")))
    try:
        taken = take_event(msgspec.json.encode(event), sender)
    except ValueError as error:
        raise type(error)(_renamed(str(error))) from None
    return CloudEvent(cloudevent_id(source, event_id), taken)


def _text(given: Mapping[str, object], name: str) -> str:
    value = given.get(name)
    if value is None:
        raise ValueError(f"{name}: missing")
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name}: must be a string that isn't empty")
    return value


def _renamed(reason: str) -> str:
    field, colon, what = reason.partition(":")
    return ATTRIBUTES.get(field, field) + colon + what


def _decoded(body: bytes, expected: type[Any]) -> Any:
    try:
        return msgspec.json.decode(trimmed(body), type=expected)
    except msgspec.ValidationError as error:
        raise bad_request(f"body: {error}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request(f"JSON: {error}") from None
