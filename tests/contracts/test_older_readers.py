"""Our own readers do what docs/compatibility.md asks of every reader."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from carga.checking import reporte_client
from carga.report.summary import Summary
from messages import report_wire
from tests.contracts.released_schemas import current
from tests.contracts.schema_changes import Schema
from tests.contracts.wire_schemas import schema
from watching import answers

NEW = {"nuevo": {"x": [1, None]}}


def of_a_later_release(value: Any, schema: Schema) -> Any:
    """The same with a field more in every object whose fields have names; maps stay as they are."""
    for inner in schema.get("anyOf", ()):
        value = of_a_later_release(value, inner)
    if isinstance(value, list):
        return [of_a_later_release(each, schema.get("items", {})) for each in value]
    if not isinstance(value, dict):
        return value
    inside = schema.get("properties", {})
    of_others = schema.get("additionalProperties", {})
    grown = {
        key: of_a_later_release(each, inside.get(key, of_others)) for key, each in value.items()
    }
    return grown if "additionalProperties" in schema else grown | NEW


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("report", report_wire.Reporte),
        ("state", report_wire.Estado),
        ("report", reporte_client.Reporte),
        ("state", reporte_client.Estado),
        ("client_report", reporte_client.ClientCount),
        ("load_report", Summary),
        ("report", answers.Reporte),
        ("state", answers.Estado),
        ("clients", answers.ClientPage),
        ("usual", answers.Habitual),
    ],
)
def test_a_field_more_is_ignored(name: str, kind: type) -> None:
    """What a later release says besides changes nothing of what is read."""
    (now,) = schema(name)["examples"]

    later = of_a_later_release(now, current()[name])

    assert str(later).count("'nuevo'") >= 1
    assert msgspec.convert(later, kind) == msgspec.convert(now, kind)


def test_there_is_something_to_ignore() -> None:
    """Every object of a message grows, wherever it is; names of clients are not added to."""
    (now,) = schema("state")["examples"]

    later = of_a_later_release(now, current()["state"])

    for grown in (later, later["cola"], later["futuros"], later["futuros"]["clientes"][0]):
        assert grown["nuevo"] == NEW["nuevo"]
    assert "nuevo" not in later["apartados"]["por_motivo"]
