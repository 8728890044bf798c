"""Why a request of which every schema is kept may be refused: contracts/rules.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.contracts.body_rules import faults_of
from tests.contracts.cloudevent_rules import cloudevent_faults

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


def name_is_refused(name: str) -> bool:
    return bool(faults_of(json.dumps({"cliente": name}).encode(), None, None))


def events_are_refused(
    media_type: str, body: object, query: Mapping[str, Any], headers: Mapping[str, Any]
) -> bool:
    """Whether one of the rules beside the schemas speaks against a body of `POST /eventos`."""
    found = [query.get("cliente"), headers.get("X-Client-Name")]
    given = [str(one) for one in found if one is not None]
    if any(map(name_is_refused, given)):
        return True
    return any(_faults(media_type, body, headers, given[0] if given else None))


def _faults(
    media_type: str, body: object, headers: Mapping[str, Any], default: str | None
) -> Iterator[object]:
    attributes = {name[3:]: one for name, one in headers.items() if name.startswith("ce-")}
    if media_type in (ONE, BATCH):
        for event in _all(body):
            yield from cloudevent_faults(event)
    elif attributes:
        yield from cloudevent_faults(attributes)
    elif "ndjson" not in media_type:  # of which each line is told for itself
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        yield from faults_of(text, default, None)


def _all(body: object) -> Iterable[object]:
    return body if isinstance(body, list) else [body]
