"""No schema breaks what was given out, but under a version of its own."""

from __future__ import annotations

import copy
from typing import Any

from tests.contracts.released_schemas import FILE, RELEASED, broken, current, released
from tests.contracts.wire_schemas import DRAFTS, names, schema


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """The schemas of now, one of which has other properties."""
    now = copy.deepcopy(current())
    for field, given in changes.items():
        if given is None:
            del now[name]["properties"][field]
        else:
            now[name]["properties"][field] = given
    return now


def test_nothing_that_was_given_out_is_broken() -> None:
    """Whoever fails here reads docs/compatibility.md: it says what to do."""
    assert broken(released(), current()) == []


def test_every_version_is_kept() -> None:
    """Of each message all versions up to that of now were given out; nothing else lies there."""
    latest = {name: schema(name)["x-version"] for name in names()}
    files = {f"{name}.v{n + 1}.json" for name in names() for n in range(latest[name])}

    assert {path.name for path in RELEASED.iterdir()} == files
    assert all(map(FILE.fullmatch, files))


def test_what_was_given_out_stands_alone() -> None:
    """Each file is a schema of both drafts that leads to no other."""
    for document in released().values():
        assert "$ref" not in str(document)
        for draft, _ in DRAFTS:
            draft.check_schema(document)


def test_a_field_that_vanishes_is_noticed() -> None:
    """In what we send and in what we take."""
    assert broken(released(), changed("report", total=None)) == [
        "report.total: anything, which no reader expects",
        "report.total: is gone",
    ]
    assert "event.metadata: is gone" in broken(released(), changed("event", metadata=None))


def test_a_new_word_is_noticed() -> None:
    """A reader has no case for it."""
    words = {"enum": ["ok", "bloqueada", "rechazada", "dormida", None]}

    assert broken(released(), changed("state", escritura=words)) == [
        'state.escritura: "dormida", which no reader expects'
    ]


def test_a_new_field_is_none_of_anybodys_business() -> None:
    """A reader ignores it, a sender leaves it out."""
    assert broken(released(), changed("report", nuevo={"type": "string"})) == []
    assert broken(released(), changed("event", nuevo={"description": "anything"})) == []


def test_another_version_may_be_anything() -> None:
    """But not lead back, nor turn round."""
    now = changed("report", total=None)
    now["report"]["x-version"] = 2
    turned = copy.deepcopy(current())
    turned["report"]["x-direction"] = "received"

    assert broken(released(), now) == []
    assert broken({"report.v2": now["report"]}, current()) == [
        "report: x-version 1 was over with report.v2"
    ]
    assert broken(released(), turned) == ["report: whether it is sent or received can't change"]


def test_a_message_that_vanishes_is_noticed() -> None:
    """Its version was given out, so somebody waits for it."""
    now = current()
    del now["ledger"]

    assert broken(released(), now) == [
        "ledger: it was given out as ledger.v1, and has no schema any more"
    ]
