from __future__ import annotations

import unicodedata

MAX_LENGTH = 64


def client_name(given: str) -> str:
    """
    Return *given* as the analytics will count it: NFC, stripped.

    Raises ValueError saying what is wrong when it isn't 1 to 64 code points without control
    characters and surrogates: every event under such a name would be rejected.
    """
    name = unicodedata.normalize("NFC", given).strip()
    if not 1 <= len(name) <= MAX_LENGTH:
        raise ValueError(f"a name has 1 to {MAX_LENGTH} characters, not {len(name)}")
    for character in name:
        if unicodedata.category(character) in ("Cc", "Cs"):
            raise ValueError(f"a name has no control characters or surrogates, like {character!r}")
    return name
