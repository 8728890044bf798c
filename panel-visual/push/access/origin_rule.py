"""Which pages may open the WebSocket: a browser lets any page try, and tells us whose it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from comun.web.known_hosts import KnownHosts

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
DEFAULT_PORTS = {"http": 80, "https": 443}
ORIGIN = re.compile(r"https?://([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")


def is_origin(text: str) -> bool:
    """Is *text* an origin as browsers write it: lower case, no path, no default port?"""
    scheme, _, rest = text.partition("://")
    default = f":{DEFAULT_PORTS.get(scheme)}"
    return ORIGIN.fullmatch(text) is not None and not rest.endswith(default)


def local_origins(web_port: int) -> frozenset[str]:
    """Return what a browser calls this machine's pages on *web_port*."""
    return frozenset(
        f"{scheme}://{host}" + ("" if web_port == default else f":{web_port}")
        for scheme, default in DEFAULT_PORTS.items()
        for host in LOCAL_HOSTS
    )


class OriginRule:
    """Accepts pages of this machine, of the origins in `PANEL_ORIGENES`, and who is no browser."""

    def __init__(
        self, web_port: int, further: Collection[str] = (), hosts: Collection[str] = ()
    ) -> None:
        self._further, self.hosts = tuple(further), KnownHosts(hosts)
        self._allowed = local_origins(web_port) | set(further)

    def accepts(self, origins: Sequence[str]) -> bool:
        """*origins* are the values of all `Origin` headers: a browser sends one, a program none."""
        return not origins or (len(origins) == 1 and origins[0] in self._allowed)

    def cure(self, origins: Sequence[str]) -> str:
        """Say what to do about a refusal. What a stranger sent is printed only in safe forms."""
        if len(origins) == 1 and is_origin(origins[0]):
            line = ",".join((*self._further, origins[0]))
            return f"to let its pages in, set in .env: PANEL_ORIGENES={line}"
        shown = ", ".join(origins)[:64]
        return f"Origin {shown!r} cannot be let in: it is no origin of a page on the web"
