"""From one request to the messages that carry its events, and to what is answered."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, NamedTuple

from werkzeug.datastructures import Headers

from intake.access.problem import unavailable
from intake.bodies.cloudevents import CloudEvent, take_batch, take_binary, take_structured
from intake.bodies.events import Sender, hints_of, take_events
from intake.bodies.gzip_body import unpacked
from intake.bodies.http_request import Request, read_all
from intake.bodies.media import Kind, is_json, is_packed, kind_of
from intake.bodies.ndjson import take_ndjson
from intake.bodies.parts import Part, cut
from intake.bodies.room import Room, is_small
from intake.delivery import Delivery
from intake.ids import Ids
from intake.split import split
from publishing.outbox import Message

MOST_WHOLE = 1024 * 1024  # bytes of a body that is taken whole or not at all
MOST_STREAMED = 16 * 1024 * 1024


class Answer(NamedTuple):
    status: HTTPStatus
    body: dict[str, Any]


class Intake:
    """Takes the events of one request. Raises ProblemError for what it does not take."""

    def __init__(self, delivery: Delivery, room: Room, sender: Sender, ids: Ids) -> None:
        self._delivery, self._room, self._sender, self._ids = delivery, room, sender, ids
        self._parts = 0

    async def take(self, request: Request) -> Answer:
        kind = kind_of(request.headers)
        try:
            with self._room.share(is_small(request.headers)) as share:
                if kind is Kind.NDJSON:
                    return await self._take_lines(request)
                body = await read_all(_body_of(request, MOST_WHOLE), share)
                return await self._take_whole(kind, body, request.headers)
        except OverflowError:
            raise unavailable(
                "too many requests at once; this attempt took nothing, try again"
            ) from None

    async def _take_whole(self, kind: Kind, body: bytes, headers: Headers) -> Answer:
        match kind:
            case Kind.CLOUDEVENT:
                return await self._take_cloudevents(take_structured(body, self._sender))
            case Kind.CLOUDEVENTS:
                return await self._take_cloudevents(take_batch(body, self._sender))
            case Kind.CLOUDEVENT_IN_HEADERS:
                taken = take_binary(headers, body, is_json(headers), self._sender)
                return await self._take_cloudevents(taken)
        return await self._take_events(body)

    async def _take_events(self, body: bytes) -> Answer:
        events = take_events(split(body), self._sender)
        messages = [self._part(part) for part in cut(events)]
        answer = await self._deliver(len(events), messages, self._ids.repeatable)
        return answer._replace(body=answer.body | hints_of(events))

    async def _take_cloudevents(self, taken: list[CloudEvent]) -> Answer:
        once = dict.fromkeys(taken)  # a batch may hold one of them twice
        messages = [_message(each.message_id, Part(each.event, 1)) for each in once]
        return await self._deliver(len(taken), messages, repeatable=True)

    async def _deliver(self, events: int, messages: list[Message], repeatable: bool) -> Answer:
        await self._delivery.deliver(messages, repeatable)
        ids = [message.id for message in messages]
        return Answer(HTTPStatus.ACCEPTED, {"aceptados": events, "mensajes": ids})

    async def _take_lines(self, request: Request) -> Answer:
        outcome = await take_ndjson(_body_of(request, MOST_STREAMED), self._sender, self._send_part)
        return Answer(HTTPStatus.OK, outcome.answer())

    async def _send_part(self, part: Part) -> str:
        message = self._part(part)
        await self._delivery.deliver([message], self._ids.repeatable)
        return message.id

    def _part(self, part: Part) -> Message:
        number = self._parts
        self._parts += 1
        return _message(self._ids.of_part(number), part)


def _body_of(request: Request, most: int) -> AsyncIterator[bytes]:
    """What the client means: a retry may be packed in another way, or not at all."""
    given = request.chunks(most)
    return unpacked(given, most) if is_packed(request.headers) else given


def _message(message_id: str, part: Part) -> Message:
    # When it came goes beside the body, never into it: sent again, it has the same bytes.
    return Message(message_id, part.body, None, int(time.time()), part.events)
