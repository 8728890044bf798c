"""Message bodies that travel compressed."""

from __future__ import annotations

import zlib

MAGIC = b"\x1f\x8b"
"""How gzip begins (RFC 1952, 2.3.1) and no JSON text does: no property has to tell them apart."""
GZIP_WINDOW = 16 + zlib.MAX_WBITS


def size_of(body: bytes, limit: int) -> int:
    """
    Bytes of what the body holds, as its last four say (RFC 1952, 2.3.1), *limit* at most.

    They may lie: then unpacking fails.
    """
    return min(int.from_bytes(body[-4:], "little"), limit) if body.startswith(MAGIC) else len(body)


def unpacked(body: bytes, limit: int) -> bytes:
    """
    Return what a gzip body holds, any other as it is. Of a bomb no more than *limit* is inflated.

    Raises ValueError, which says why, when it can't be read or holds more than *limit* bytes.
    """
    if not body.startswith(MAGIC):
        return body
    inflating = zlib.decompressobj(GZIP_WINDOW)
    try:
        plain = inflating.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(f"gzip: {error}") from None
    if len(plain) > limit:
        raise ValueError(f"gzip: holds more than {limit} bytes")
    if not inflating.eof:
        raise ValueError("gzip: cut short")
    if inflating.unused_data:
        raise ValueError("gzip: something follows its end")
    if plain.startswith(MAGIC):
        raise ValueError("gzip: within gzip")
    return plain


def unpacked_if_readable(body: bytes, limit: int) -> bytes:
    """As `unpacked`; but what can't be read stays as it is, for its decoding to say why."""
    try:
        return unpacked(body, limit)
    except ValueError:
        return body
