"""What of a rejected message can be published again after a fix, and under which id."""

from __future__ import annotations

import json
import uuid
from typing import Any, NamedTuple

from counting.message_identity import digest_of
from decoding.event_decoding import NotCountableError, decode
from decoding.message import Message
from decoding.undecoded_text import UndecodedText

NAMESPACE = uuid.UUID("8f0d2b54-6f4e-5f0c-9d0a-6f1f3b0f7c11")
"""Of ids derived here: the same rejected message with an id always gives the same one."""


class Again(NamedTuple):
    body: bytes
    message_id: str
    events: int
    left_out: int  # events that still can't be counted


def again(message: Message, good_events: bool) -> Again | None:
    """
    Return what to publish, None when nothing of the message can be counted.

    A message that is countable now goes as it is, under its own id: the service then knows it
    as one it rejected, decodes it again and counts it. With *good_events*, those of a batch
    that still has bad ones go as a batch of their own, under an id derived from id and body.
    Without an id it gets one that nothing else has: equal messages without an id are that many.
    """
    try:
        events = decode(message.body, message.header_client, message.app_id)
    except NotCountableError:
        return _good_events(message) if good_events else None
    return Again(message.body, message.message_id or _id_for(message, "whole"), len(events), 0)


def _good_events(message: Message) -> Again | None:
    try:
        batch = json.loads(message.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(batch, list):
        return None
    good = [raw for raw in batch if _countable(raw, message)]
    if not good:
        return None
    body = json.dumps(good, ensure_ascii=True, separators=(",", ":")).encode()
    return Again(body, _id_for(message, "good"), len(good), len(batch) - len(good))


def _countable(raw: Any, message: Message) -> bool:
    try:
        decode(json.dumps([raw]).encode(), message.header_client, message.app_id)
    except NotCountableError:
        return False
    return True


def _id_for(message: Message, part: str) -> str:
    message_id = message.message_id
    if not message_id:
        return str(uuid.uuid4())
    namespace = NAMESPACE
    if isinstance(message_id, UndecodedText):
        namespace = uuid.uuid5(NAMESPACE, message_id.raw.hex())
    return str(uuid.uuid5(namespace, f"{part} {message_id} {digest_of(message.body)}"))
