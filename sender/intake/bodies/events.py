"""From a request's body to events that will be counted, or to what is wrong with each. No I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import msgspec

from events.client_name import client_name
from events.event_check import check
from events.field_hints import hint_of
from intake.access.keys import ANYONE, Caller
from intake.access.problem import LISTED, Fault, ProblemError, bad_request, shown
from intake.bodies.parts import EVENT_BYTES

Item = TypeVar("Item")
Taken = TypeVar("Taken")


class Sender(NamedTuple):
    """Who sends, and the client of events that name none."""

    caller: Caller
    default_client: str | None


class ForbiddenClientError(ValueError):
    """The event is good, but the caller's key is not for its client."""


class _Named(msgspec.Struct):
    cliente: str


_NAMED = msgspec.json.Decoder(_Named)


def take_event(raw: bytes, sender: Sender) -> bytes:
    """
    Return the bytes to publish, the same for the same event.

    Raises ValueError, also as ForbiddenClientError, with a reason that begins with the field.
    """
    event = check(raw, sender.default_client)
    if len(event) > EVENT_BYTES:
        raise ValueError(f"body: {len(event)} bytes, an event has at most {EVENT_BYTES}")
    if sender.caller is not ANYONE:
        cliente = _cliente_of(event)
        if not sender.caller.may_send_as(cliente):
            raise ForbiddenClientError(f"cliente: this key is not for {shown(cliente)}")
    return event


def take_events(raws: Sequence[bytes], sender: Sender) -> list[bytes]:
    """Take all of *raws*, or none. Raises ProblemError: 400 or 403."""
    return take_all(raws, lambda raw: take_event(raw, sender))


def hints_of(events: Sequence[bytes]) -> dict[str, list[dict[str, Any]]]:
    """What to add to the answer when events may not be counted as they were meant."""
    hints = ((index, hint) for index, event in enumerate(events) if (hint := hint_of(event)))
    faults = [_fault(index, hint)._asdict() for index, hint in islice(hints, LISTED)]
    return {"avisos": faults} if faults else {}


def take_all(items: Sequence[Item], take: Callable[[Item], Taken]) -> list[Taken]:
    """Take each or none. Raises ProblemError that lists the first bad ones: 403 if only that."""
    taken, faults, forbidden = [], [], True
    for index, item in enumerate(items):
        try:
            taken.append(take(item))
        except ValueError as error:
            faults.append(_fault(index, str(error)))
            forbidden = forbidden and isinstance(error, ForbiddenClientError)
            if len(faults) == LISTED:
                break
    if not faults:
        return taken
    status = HTTPStatus.FORBIDDEN if forbidden else HTTPStatus.BAD_REQUEST
    raise ProblemError(status, _summary(faults, len(items)), faults)


def _summary(faults: Sequence[Fault], items: int) -> str:
    first = faults[0]
    what = f"{first.campo}: {first.motivo}"
    if items == 1:
        return f"nothing was taken: {what}"
    bad = f"{len(faults)} or more" if len(faults) == LISTED else str(len(faults))
    return f"nothing was taken; bad events: {bad}, the first is [{first.indice}].{what}"


def default_client_of(given: Sequence[str], caller: Caller) -> str | None:
    """The first of *given*. Raises ProblemError (400) when one of them is no name that counts."""
    if not given:
        return caller.only_name
    try:
        names = [client_name(one) for one in given]
    except ValueError as error:
        raise bad_request(f"cliente (of the address or X-Client-Name): {error}") from None
    return names[0]


def _cliente_of(event: bytes) -> str:
    # What the analytics will read: the last of equal keys, escapes in a key resolved. Some
    # events that they count are nothing for msgspec, like a lone surrogate in metadata.
    try:
        return client_name(_NAMED.decode(event).cliente)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return client_name(json.loads(event)["cliente"])


def _fault(index: int, reason: str) -> Fault:
    field, _, what = reason.partition(": ")
    return Fault(index, field, what)
