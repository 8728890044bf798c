"""Each service has its own code for the names that it answers to, and all the same rule."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest

from intake import hosts as intake_hosts
from page import page_hosts
from reporting import known_hosts

CONTRACT = json.loads((Path(__file__).parent / "contracts" / "anfitriones.json").read_text())
SETTINGS = CONTRACT["ajustes"]


@pytest.fixture(params=[intake_hosts, known_hosts, page_hosts], ids=lambda module: module.__name__)
def module(request: pytest.FixtureRequest) -> ModuleType:
    found: ModuleType = request.param
    return found


def test_knows_the_contracts_names(module: ModuleType) -> None:
    """Names of this machine, addresses as numbers, and what the settings add; no other."""
    given = (SETTINGS[n] for n in ("WEB_ANFITRIONES", "PANEL_ORIGENES", "ACME_DOMINIO"))
    hosts = module.KnownHosts(module.listed(*given))

    assert [host for host in CONTRACT["validos"] if not hosts.accepts([host])] == []
    assert [host for host in CONTRACT["invalidos"] if hosts.accepts([host])] == []


def test_no_name_is_no_page(module: ModuleType) -> None:
    """A browser always sends one; of several, each must be known."""
    hosts = module.KnownHosts()

    assert hosts.accepts([])
    assert not hosts.accepts(["localhost", "evil.example"])


@pytest.mark.parametrize("host", ["evil.example:8080", "evil.example"])
def test_a_refusal_names_the_setting(module: ModuleType, host: str) -> None:
    """With the line to add; what is no name is only shown, in a safe form."""
    assert module.refusal([host]).endswith("set in .env: WEB_ANFITRIONES=evil.example")
    assert "\n" not in module.refusal(["a\nWEB_ANFITRIONES=b"])
