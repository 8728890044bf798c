"""Names from outside in messages whose readers may take some signs for more than letters."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

PLAIN = " -_+,"
WIDE = 0xFEE0  # from a sign of ASCII to its full-width form, which looks alike and means nothing
REPLACEMENT = "\ufffd"


def tame(name: str) -> str:
    """Nothing in it is markup, an address, a mention or the end of a header, in any channel."""
    return "".join(map(_tame, name, f"{name[1:]} "))


def _tame(sign: str, after: str) -> str:
    if (sign.isalnum() and sign.isascii()) or sign in PLAIN:
        return sign
    if sign == "." and not after.isalpha():  # before a letter it may be a host's, and a link
        return sign
    if sign.isascii() and sign.isprintable():
        return chr(ord(sign) + WIDE)
    if unicodedata.category(sign)[0] in "CZ" or not sign.isprintable():
        return REPLACEMENT
    return sign


def in_query(text: str) -> str:
    return quote(text, safe="")
