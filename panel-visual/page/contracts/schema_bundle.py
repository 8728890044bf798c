"""
A document and the schemas that it names, in one piece. Pure.

The schemas are written so that draft-07, which AsyncAPI has, and 2020-12, which OpenAPI has, read
them the same. So all there is to do is to move them and to mend what points at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

HOME = "#/components/schemas/"
PARTS = "parts.json"  # what several schemas have in common, each under its own name
POINTER = re.compile(rf"(?:schemas/)?(?:(\w+)\.schema\.json|{re.escape(PARTS)}#/definitions/(\w+))")
OF_A_FILE = ("$schema", "$id")  # what only a schema that lies alone says


def bundled(document: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *document* with each of *schemas* that it needs, by its name, among its components.

    Raises ValueError for one that is not there, or whose name the document has given away.
    """
    whole: dict[str, Any] = _moved(document, "#")
    own = whole.setdefault("components", {}).setdefault("schemas", {})
    missing = sorted(_needed(whole) - own.keys())
    if taken := sorted(own.keys() & schemas.keys()):
        raise ValueError(f"both the document's and a file's: the schemas {taken}")
    while missing:
        for name in missing:
            if name not in schemas:
                raise ValueError(f"no such schema: {name}")
            schema = {key: one for key, one in schemas[name].items() if key not in OF_A_FILE}
            own[name] = _moved(schema, HOME + name)
        missing = sorted(_needed(whole) - own.keys())
    return whole


def _moved(value: Any, home: str) -> Any:
    """A copy in which what points at a file, or into its own, points where that lies now."""
    if isinstance(value, list):
        return [_moved(one, home) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: _target(one, home) if key == "$ref" and isinstance(one, str) else _moved(one, home)
        for key, one in value.items()
    }


def _target(pointer: str, home: str) -> str:
    if found := POINTER.fullmatch(pointer):
        return HOME + (found[1] or found[2])
    return home + pointer.removeprefix("#") if pointer.startswith("#") else pointer


def _needed(value: Any) -> set[str]:
    """The names of components that are pointed at as schemas."""
    targets = (one for one in _pointers(value) if one.startswith(HOME))
    return {one.removeprefix(HOME).partition("/")[0] for one in targets}


def _pointers(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(pointer := value.get("$ref"), str):
            yield pointer
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _pointers(one)
