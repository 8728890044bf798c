"""Under which names a service answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comun.web.known_hosts import KnownHosts, listed, refusal

CONTRACT = json.loads((Path(__file__).parents[1] / "contracts" / "anfitriones.json").read_text())
SETTINGS = CONTRACT["ajustes"]


def test_knows_the_contracts_names() -> None:
    """Names of this machine, addresses as numbers, and what the settings add; no other."""
    given = (SETTINGS[n] for n in ("WEB_ANFITRIONES", "PANEL_ORIGENES", "ACME_DOMINIO"))
    hosts = KnownHosts(listed(*given))

    assert [host for host in CONTRACT["validos"] if not hosts.accepts([host])] == []
    assert [host for host in CONTRACT["invalidos"] if hosts.accepts([host])] == []


def test_no_name_is_no_page() -> None:
    """A browser always sends one; of several, each must be known."""
    hosts = KnownHosts()

    assert hosts.accepts([])
    assert not hosts.accepts(["localhost", "evil.example"])


@pytest.mark.parametrize("host", ["evil.example:8080", "evil.example"])
def test_a_refusal_names_the_setting(host: str) -> None:
    """With the line to add; what is no name is only shown, in a safe form."""
    assert refusal([host]).endswith("set in .env: WEB_ANFITRIONES=evil.example")
    assert "\n" not in refusal(["a\nWEB_ANFITRIONES=b"])
