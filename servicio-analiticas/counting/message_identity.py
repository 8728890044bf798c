"""Who a message is: the key under which its id is kept, and the digest of its body."""

from __future__ import annotations

from hashlib import blake2b

from decoding.undecoded_text import UndecodedText

Key = bytes | str
"""
A message_id as it is stored: the 16 bytes of a canonical UUID, any other id as text; one that is
no UTF-8 as its bytes, after a prefix that makes them more than 16.
"""
NOT_UTF_8 = b"no UTF-8 message_id: "


def key_of(message_id: str) -> Key:
    # UUIDv7 in 16 bytes makes a new id sort behind all earlier ones, so that inserts append.
    # By hand, since uuid.UUID takes three times as long, and this is done twice a message.
    if len(message_id) == 36 and message_id[8::5][:4] == "----":
        digits = message_id.replace("-", "")
        try:
            key = bytes.fromhex(digits)
        except ValueError:
            return _other_key(message_id)
        if len(key) == 16 and key.hex() == digits:
            return key
    return _other_key(message_id)


def _other_key(message_id: str) -> Key:
    return NOT_UTF_8 + message_id.raw if isinstance(message_id, UndecodedText) else message_id


def digest_of(body: bytes) -> int:
    """64 bits of BLAKE2b, as the signed integer that SQLite stores."""
    return int.from_bytes(blake2b(body, digest_size=8).digest(), "big", signed=True)
