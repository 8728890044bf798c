"""The schemas themselves: what both drafts read alike, and whose examples they show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contracts.wire_schemas import (
    ALIKE,
    CONTRACTS,
    DRAFTS,
    EXAMPLES_FOLDER,
    SCHEMAS,
    SUFFIX,
    documents,
    example,
    names,
    schema,
    sent,
    subschemas,
    valid,
)

NO_MESSAGES = {"anfitriones", "celdas", "origenes", "preguntas"}
"""Files of examples for other things: names of servers, cells of a table, queries."""
READ: set[str] = set()


def shown(name: str) -> Any:
    READ.add(name)
    return example(name)


def cases(kind: type) -> list[Any]:
    return [case["body"] for case in shown("evento")["accepted"] if isinstance(case["body"], kind)]


EXAMPLES: dict[str, list[Any]] = {
    "alerts": [shown("avisos")],
    "batch": cases(list),
    "change": [shown("cambio")],
    "client_report": [shown("cliente")],
    "clients": [shown("clientes")],
    "cloudevent": [shown("cloudevent")],
    "cloudevent_batch": [[shown("cloudevent")]],
    "doctor_findings": [shown("doctor")],
    "event": cases(dict),
    "heartbeat": [shown("latido")],
    "history": [shown("historia")],
    "intake_readiness": [{"broker": "conectado"}],
    "intake_receipt": shown("acuses"),
    "ledger": [shown("libro")],
    "lines_receipt": [shown("acuse_lineas")],
    "lines_result": [shown("enviar")],
    "load_report": [shown("resumen")],
    "load_verification": [shown("verificar")],
    "panel_readiness": [{"viewers": 2, "cuts": {"too slow": 1}}],
    "panel_state": [{"instantanea": shown("instantanea"), "latido": shown("latido")}],
    "problem": [shown("problema"), shown("problema_eventos")],
    "rejected": [shown("rechazados")],
    "report": [shown("reporte")],
    "snapshot": [shown("instantanea")],
    "state": [shown("estado")],
    "usual": [shown("habitual")],
}
"""What the examples of each schema are taken from."""


@pytest.mark.parametrize("name", documents())
def test_both_drafts_read_it_alike(name: str) -> None:
    """It is a schema of both, and has no keyword that one knows and the other reads otherwise."""
    document = documents()[name]
    for draft, _ in DRAFTS:
        draft.check_schema(document)
    for where, part in subschemas(document):
        assert part.keys() <= ALIKE or part.keys() == {"$ref"}, f"{where}: {part.keys()}"
        assert isinstance(part.get("items", {}), dict), where
    assert document["$id"] == name


@pytest.mark.parametrize("name", documents())
def test_everything_is_described(name: str) -> None:
    """A property says what it means, there or where it leads."""
    for where, part in subschemas(documents()[name]):
        for field, inner in part.get("properties", {}).items():
            assert {"description", "$ref"} & inner.keys(), f"{where}: {field}"


@pytest.mark.parametrize("name", names())
def test_a_message_has_title_version_and_direction(name: str) -> None:
    """A program learns from the schema alone whether we send it or take it."""
    document = schema(name)

    assert document["title"].replace(" ", "").isalnum()
    assert document["description"].endswith(".")
    assert document["x-version"] >= 1
    assert document["x-direction"] in ("sent", "received")


def test_each_reference_leads_somewhere() -> None:
    """To a file of the folder, or to a part that there is; and no part is left over."""
    parts = set(documents()["parts.json"]["definitions"])
    used = set()
    for document in documents().values():
        for where, part in subschemas(document):
            if "$ref" in part:
                file, _, pointer = part["$ref"].partition("#/definitions/")
                assert file in documents(), where
                assert not pointer or pointer in parts, where
                used |= {pointer}

    assert parts - used == set()


def test_every_message_has_examples() -> None:
    """Each schema is compared with an example."""
    assert sorted(EXAMPLES) == names()


def test_every_example_is_of_a_message() -> None:
    """A file that a producer or a consumer is tested with has a schema."""
    assert {path.stem for path in EXAMPLES_FOLDER.glob("*.json")} == READ | NO_MESSAGES


@pytest.mark.parametrize("name", names())
def test_the_examples_are_those_of_the_tests(name: str) -> None:
    """A schema shows what tests of both sides of the wire read, each of it valid."""
    own = schema(name)["examples"]

    assert [one for one in own if one not in EXAMPLES[name]] == []
    for one in (*own, *EXAMPLES[name]):
        (valid if schema(name)["x-direction"] == "received" else sent)(name, one)


@pytest.mark.parametrize(
    ("name", "field", "wrong"),
    [
        ("client_report", "visto", "2026-11-24T07:00:60.000Z"),
        ("client_report", "visto", "2026-11-24T08:00:00+01:00"),
        ("client_report", "visto", "ayer Z"),
        ("client_report", "nuevo", 1),
        ("intake_receipt", "mensajes", ["01a20d94"]),
        ("problem", "status", 200),
    ],
)
def test_what_is_sent_is_looked_at_closely(name: str, field: str, wrong: object) -> None:
    """Formats, bounds and fields that nobody described are faults by either draft."""
    good = schema(name)["examples"][0]

    sent(name, good)
    with pytest.raises(AssertionError, match="Draft7"):
        sent(name, good | {field: wrong})


def test_the_folder_holds_nothing_else() -> None:
    """Whoever reads *.schema.json has all messages."""
    files = {path.name for path in SCHEMAS.iterdir()}

    assert files == {"parts.json", *(name + SUFFIX for name in names())}
    for path in CONTRACTS.rglob("*.json"):
        json.loads(path.read_text())
