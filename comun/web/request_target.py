"""What a request asks for, in whichever of the forms that HTTP/1 has."""

from __future__ import annotations

import re
from typing import Any, TypeAlias
from urllib.parse import unquote

# Of ASGI: what a request is
Scope: TypeAlias = Any

ABSOLUTE = re.compile(rb"https?://([^/]+)(/.*)?", re.IGNORECASE | re.DOTALL)


def in_origin_form(scope: Scope) -> Scope:
    """
    Return *scope* as if its target had not named a host, as one may that is meant for a proxy.

    RFC 9112, section 3.2.2: servers take it, and its host counts, whatever `Host` says.
    """
    found = ABSOLUTE.fullmatch(scope.get("raw_path") or b"")
    if found is None:
        return scope
    path = found[2] or b"/"
    others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
    headers = [(b"host", found[1]), *others]
    return {**scope, "raw_path": path, "path": unquote(path.decode("latin-1")), "headers": headers}


def is_spoken(scope: Scope) -> bool:
    """Whether its version is one that we speak: 1.x, or 2 where the server itself does."""
    version: str = scope.get("http_version", "1.1")
    return version == "2" or version.startswith("1.")
