"""Bodies as another program that takes them from a queue reads them."""

from __future__ import annotations

import gzip


def opened(body: bytes) -> bytes:
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
