"""What becomes of a CloudEvent, by its schema and by the rules beside it (contracts/rules.json)."""

from __future__ import annotations

import json
import re
import unicodedata
from urllib.parse import unquote_to_bytes

from tests.contracts.body_rules import SCHEMA, Fault, faults_of
from tests.contracts.wire_schemas import faults

ATTRIBUTES = {"cliente": "source", "evento": "type", "timestamp": "time"}


def cloudevent_faults(value: object) -> set[Fault]:
    """All that is wrong with it; nothing when it is taken."""
    places = {str(path[0]) if path else "body" for path in faults("cloudevent", value)}
    missing = {"specversion", "id", "source", "type"} - set(
        value if isinstance(value, dict) else ()
    )
    if missing and "body" in places:
        places = places - {"body"} | missing
    found = {Fault(SCHEMA, place) for place in places}
    if not isinstance(value, dict):
        return {Fault(SCHEMA, "body")}
    event: dict[str, str] = {"cliente": "any", "evento": "any"}
    for field, attribute in ATTRIBUTES.items():
        given = value.get(attribute)
        if isinstance(given, str) and attribute not in places:
            event[field] = _without_percents(given)
    if len(source := unicodedata.normalize("NFC", event["cliente"]).strip()) > 64:
        if re.search(r"[\x00-\x1f\x7f-\x9f]", source):
            found.add(Fault("ce_source", "source"))
        event["cliente"] = "any"
    beyond = faults_of(json.dumps(event).encode(), None, None)
    return found | {Fault(rule, ATTRIBUTES[field]) for rule, field in beyond}


def _without_percents(text: str) -> str:
    for _ in range(4):
        try:
            decoded = unquote_to_bytes(text).decode()
        except UnicodeError:
            break
        if re.search(r"[\x00-\x1f\x7f-\x9f]", decoded):
            break
        text = decoded
    return text
