"""The documents of `contracts/`, as they are served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from page.contracts.schema_bundle import PARTS, bundled

SCHEMA = ".schema.json"
READABLE = "openapi.json"  # which has a page to be read
DOCUMENTS = (READABLE, "asyncapi.json")


def read_documents(folder: Path) -> dict[str, dict[str, Any]]:
    """Each document by its file's name, with its schemas in it. Raises OSError and ValueError."""
    schemas = read_schemas(folder / "schemas")
    return {name: bundled(_read(folder / name), schemas) for name in DOCUMENTS}


def read_schemas(folder: Path) -> dict[str, Any]:
    """Messages by the name of their file, and beside them what they have in common."""
    messages = {path.name.removesuffix(SCHEMA): _read(path) for path in folder.glob(f"*{SCHEMA}")}
    parts = _read(folder / PARTS)["definitions"]
    if twice := messages.keys() & parts.keys():
        raise ValueError(f"both a schema's file and a part: {sorted(twice)}")
    return {**messages, **parts}


def _read(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())
