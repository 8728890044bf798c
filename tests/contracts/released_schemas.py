"""
The schemas as they were given out: contracts/released/<name>.v<version>.json, each complete.

As a program it keeps those of now there, and refuses to when they break what is there already:
`make contracts`.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.contracts.schema_changes import breaks
from tests.contracts.wire_schemas import CONTRACTS, documents, names, schema

RELEASED = CONTRACTS / "released"
FILE = re.compile(r"(?P<name>\w+)\.v(?P<version>[1-9][0-9]*)\.json")

LEFT_OUT = {"$id", "examples"}

Schemas = dict[str, dict[str, Any]]


def current() -> Schemas:
    """Each schema of now by its name, complete in itself, without examples."""
    return {name: _inlined(schema(name)) for name in names()}


def released(folder: Path = RELEASED) -> Schemas:
    """What was given out, by name and version: `report.v1`."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def broken(given_out: Schemas, now: Schemas) -> list[str]:
    """What of *now* breaks a promise; nothing that is new in a version of its own does."""
    told = []
    for key, old in given_out.items():
        name, version = key.rsplit(".v", 1)
        if name not in now:
            told.append(f"{name}: it was given out as {key}, and has no schema any more")
            continue
        new = now[name]
        if new["x-version"] < int(version):
            told.append(f"{name}: x-version {new['x-version']} was over with {key}")
        elif new["x-direction"] != old["x-direction"]:
            told.append(f"{name}: whether it is sent or received can't change")
        elif new["x-version"] == int(version):
            told += [f"{name}{each}" for each in breaks(old, new, new["x-direction"])]
    return told


def main() -> int:
    now, given_out = current(), released()
    if told := broken(given_out, now):
        print("\n".join(told), file=sys.stderr)  # noqa: T201
        print(ADVICE, file=sys.stderr)  # noqa: T201
        return 1
    for name, document in now.items():
        path = RELEASED / f"{name}.v{document['x-version']}.json"
        path.write_text(json.dumps(document, indent=1) + "\n")
    return 0


ADVICE = (
    "Undo that; or give the schema the next x-version, keep understanding the one before, and say"
    " so in CHANGELOG.md (docs/compatibility.md)."
)


def _inlined(value: Any) -> Any:
    """With what its references lead to in their place."""
    if isinstance(value, list):
        return [_inlined(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        file, _, pointer = value["$ref"].partition("#/definitions/")
        document = documents()[file]
        return _inlined(document["definitions"][pointer] if pointer else document)
    return {key: _inlined(each) for key, each in value.items() if key not in LEFT_OUT}


if __name__ == "__main__":
    sys.exit(main())
