from __future__ import annotations

import msgspec

START = "Start everything: make run"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at; *remedio* is what to do when it is not well."""

    que: str
    bien: bool
    hallado: str
    remedio: str = ""
    inalcanzable: bool = False


def away(what: str, found: str, cure: str) -> Finding:
    return Finding(que=what, bien=False, hallado=found, remedio=cure, inalcanzable=True)
