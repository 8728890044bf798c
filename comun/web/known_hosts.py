"""
Under which names this service may be asked for.

A page of the web can let its own name lead to this machine (DNS rebinding): the browser then
takes our answers for that page's own. What it can't do is leave its name out of `Host`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

OURS = (
    *("localhost", "reverse-proxy", "servicio-analiticas", "panel-visual", "entrada"),
    "servicio-avisos",
)


class KnownHosts:
    """Names of this machine, of compose, all addresses as numbers, and *further* names."""

    def __init__(self, further: Iterable[str] = ()) -> None:
        self._names = {*OURS, *(name_of(host) for host in further)}

    def accepts(self, hosts: Iterable[str]) -> bool:
        """*hosts* are the values of all `Host` headers; a program of HTTP/1.0 sends none."""
        names = [name_of(host) for host in hosts]
        return all(name in self._names or _is_of_this_machine(name) for name in names)


def refusal(hosts: Iterable[str]) -> str:
    shown = ", ".join(hosts)[:64]
    return (
        f"Host {shown!r} is no name of this server: if it should be, set in .env:"
        f" WEB_ANFITRIONES={_cure(shown)}"
    )


def listed(hosts: str, origins: str, domain: str) -> list[str]:
    """Hosts of WEB_ANFITRIONES, of PANEL_ORIGENES (which have a scheme) and of ACME_DOMINIO."""
    given = [*hosts.split(","), *(o.partition("://")[2] for o in origins.split(",")), domain]
    return [host.strip() for host in given if host.strip()]


def name_of(host: str) -> str:
    """Without the port and the root's dot, lower case; an IPv6 address without its brackets."""
    name, bracket, _ = host.strip().lower().partition("]")
    if bracket:
        return name.removeprefix("[")
    return name.partition(":")[0].removesuffix(".")


def _is_of_this_machine(name: str) -> bool:
    if name == "" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cure(shown: str) -> str:
    name = name_of(shown)
    safe = name.isascii() and all(c.isalnum() or c in "._-" for c in name)
    return name if safe else "its name"
