"""The page's files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class StaticFile(NamedTuple):
    body: bytes
    content_type: str
    etag: str


def read_static(root: Path, name: str) -> StaticFile | None:
    """
    Return the file *name* below *root*; None if there is no such file of the page.

    It is read anew each time, so that a browser sees an edited file at its next request.
    """
    try:
        path = (root / name).resolve()
        content_type = TYPES.get(path.suffix)
        hidden = any(part.startswith(".") for part in Path(name).parts)
        if content_type is None or hidden or not path.is_relative_to(root) or not path.is_file():
            return None
        body = path.read_bytes()
    except (OSError, ValueError):  # a name too long, or with a NUL
        return None
    return static_file(body, content_type)


def static_file(body: bytes, content_type: str) -> StaticFile:
    return StaticFile(body, content_type, hashlib.sha256(body).hexdigest()[:32])
