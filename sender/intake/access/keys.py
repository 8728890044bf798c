"""API keys: who may send as which clients."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from events.client_name import client_name

PREFIX = "pulso_"  # so that a leaked key is recognised as one
SHA256 = re.compile(r"[0-9a-f]{64}")
OWNER = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends, and the clients that it may send as: exact names, and beginnings of names."""

    owner: str
    names: frozenset[str]
    prefixes: tuple[str, ...]

    def may_send_as(self, cliente: str) -> bool:
        """*cliente* as it will be counted: NFC, stripped."""
        return cliente in self.names or cliente.startswith(self.prefixes)

    @property
    def only_name(self) -> str | None:
        """The client of its events that name none, when there is but one that it may be."""
        return next(iter(self.names)) if len(self.names) == 1 and not self.prefixes else None


ANYONE = Caller("", frozenset(), ("",))
"""Who calls where no keys are asked for."""

KeyRing = dict[bytes, Caller]
"""Callers by the SHA-256 of their key."""


def read_keys(path: Path) -> KeyRing:
    """
    Read a key file: `owner sha256-of-the-key client,other,prefix*` a line; `#` begins a comment.

    Raises ValueError with one sentence that names the line, OSError when it can't be read.
    """
    ring: KeyRing = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            digest, caller = parse_key_line(line)
            if digest in ring:
                raise ValueError("the same key stands on an earlier line")
        except ValueError as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from None
        ring[digest] = caller
    if not ring:
        raise ValueError(f"{path.name}: no key in it; intake_new_key.py makes one")
    return ring


def parse_key_line(line: str) -> tuple[bytes, Caller]:
    fields = line.split(maxsplit=2)
    if len(fields) != 3:
        raise ValueError("must be `owner sha256-of-the-key client,other,prefix*`")
    owner, digest, clients = fields
    if not OWNER.fullmatch(owner):
        raise ValueError(f"the owner has 1 to 64 letters, digits, . _ or -, unlike {owner[:64]!r}")
    if not SHA256.fullmatch(digest):
        raise ValueError("the second word must be a SHA-256: 64 digits 0-9a-f")
    return bytes.fromhex(digest), _caller(owner, clients)


def _caller(owner: str, clients: str) -> Caller:
    names, prefixes = set(), []
    for pattern in clients.split(","):
        if pattern.strip() == "*":
            prefixes.append("")
        elif pattern.strip().endswith("*"):
            prefixes.append(client_name(pattern.strip()[:-1]))
        else:
            names.add(client_name(pattern))
    return Caller(owner, frozenset(names), tuple(prefixes))


def find_caller(ring: KeyRing, key: str) -> Caller | None:
    # A lookup by hash tells nothing by its duration: nobody can choose what a key hashes to.
    return ring.get(hash_of(key))


def hash_of(key: str) -> bytes:
    """
    Plain SHA-256: a key is 256 random bits, so that there is nothing to guess.

    A slow hash protects passwords, which people choose; here it would only slow down each request.
    """
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()


def new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)
