"""Message bodies that travel compressed: as gzip, or as zlib, which is what kombu sends."""

from __future__ import annotations

import zlib

MAGIC = b"\x1f\x8b"
"""How gzip begins (RFC 1952, 2.3.1) and no JSON text does: no property has to tell them apart."""
DEFLATE = frozenset(bytes([window << 4 | 8]) for window in range(8))
WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "zlib": zlib.MAX_WBITS}
MOST_INFLATED = 1032  # bytes that deflate can make of one; zlib doesn't say how many it holds


def size_of(body: bytes, limit: int) -> int:
    """
    Bytes of what the body holds, or more; *limit* at most.

    Gzip's last four tell (RFC 1952, 2.3.1). They may lie: then unpacking fails.
    """
    match _packing_of(body):
        case "gzip":
            return min(int.from_bytes(body[-4:], "little"), limit)
        case "zlib":
            return min(len(body) * MOST_INFLATED, limit)
    return len(body)


def unpacked(body: bytes, limit: int) -> bytes:
    """
    Return what a packed body holds, any other as it is. Of a bomb only *limit* is inflated.

    Raises ValueError, which says why, when it can't be read or holds more than *limit* bytes.
    """
    packing = _packing_of(body)
    if packing is None:
        return body
    inflating = zlib.decompressobj(WINDOWS[packing])
    try:
        plain = inflating.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(f"{packing}: {error}") from None
    if len(plain) > limit:
        raise ValueError(f"{packing}: holds more than {limit} bytes")
    if not inflating.eof:
        raise ValueError(f"{packing}: cut short")
    if inflating.unused_data:
        raise ValueError(f"{packing}: something follows its end")
    if within := _packing_of(plain):
        raise ValueError(f"{within}: within {packing}")
    return plain


def unpacked_if_readable(body: bytes, limit: int) -> bytes:
    """As `unpacked`; but what can't be read stays as it is, for its decoding to say why."""
    try:
        return unpacked(body, limit)
    except ValueError:
        return body


def _packing_of(body: bytes) -> str | None:
    if body.startswith(MAGIC):
        return "gzip"
    # RFC 1950, 2.2: method 8, a window of at most 32 KB. No JSON object or array begins so.
    if body[:1] in DEFLATE and int.from_bytes(body[:2], "big") % 31 == 0:
        return "zlib"
    return None
