import json
from pathlib import Path

import pytest

from push.access.origin_rule import OriginRule, is_origin

CONTRACTS = Path(__file__).parents[1] / "contracts"
ORIGINS = json.loads((CONTRACTS / "origenes.json").read_text())
RULE = OriginRule(8080, ["https://pulso.example.org"])

ACCEPTED = [
    [],
    ["http://localhost:8080"],
    ["https://localhost:8080"],
    ["http://127.0.0.1:8080"],
    ["http://[::1]:8080"],
    ["https://pulso.example.org"],
]
REFUSED = [
    "null",
    "",
    "http://evil.example",
    "http://evil.example:8080",
    "http://localhost",
    "http://localhost:8081",
    "http://localhost:8080.evil.example",
    "http://localhost:8080@evil.example",
    "http://127.0.0.1.evil.example:8080",
    "http://127.0.0.2:8080",
    "http://0.0.0.0:8080",
    "ftp://localhost:8080",
    "http://localhost:8080/",
    "HTTP://LOCALHOST:8080",
    "http://pulso.example.org",
    "https://good.pulso.example.org",
    "https://pulso.example.org.evil.example",
    "https://pulso.example.org:8443",
]


@pytest.mark.parametrize("origins", ACCEPTED)
def test_accepts_pages_of_this_machine_and_those_listed(origins: list[str]) -> None:
    """This machine's pages on the web port, listed origins, and programs, which send none."""
    assert RULE.accepts(origins)


@pytest.mark.parametrize("origin", REFUSED)
def test_refuses_everything_else(origin: str) -> None:
    """An origin that only looks like an accepted one is another origin."""
    assert not RULE.accepts([origin])


def test_refuses_two_origins() -> None:
    """No browser sends two headers, not even of two accepted origins."""
    assert not RULE.accepts(["http://localhost:8080", "http://localhost:8080"])


def test_a_default_port_is_not_in_an_origin() -> None:
    """On port 80 browsers leave the port out."""
    rule = OriginRule(80)

    assert rule.accepts(["http://localhost"])
    assert not rule.accepts(["http://localhost:80"])


def test_the_cure_is_the_line_for_the_settings() -> None:
    """The line keeps the origins that are listed already."""
    cure = RULE.cure(["http://10.0.0.7:8080"])

    assert cure.endswith("PANEL_ORIGENES=https://pulso.example.org,http://10.0.0.7:8080")


@pytest.mark.parametrize(
    "origin", ["null", "http://x\nPANEL_ORIGENES=*", "http://x,http://y", "é" * 999]
)
def test_a_strangers_words_are_not_made_into_a_setting(origin: str) -> None:
    """What is no origin is quoted, cut, and never offered as a line to copy."""
    cure = RULE.cure([origin])

    assert "PANEL_ORIGENES" not in cure.replace(repr(origin), "")
    assert "\n" not in cure
    assert len(cure) < 200


@pytest.mark.parametrize("text", ORIGINS["validos"])
def test_knows_an_origin(text: str) -> None:
    """Scheme, host and a port that is not the default one."""
    assert is_origin(text)


@pytest.mark.parametrize("text", ORIGINS["invalidos"])
def test_knows_what_no_browser_sends(text: str) -> None:
    """A path, upper case or a default port would never match."""
    assert not is_origin(text)
