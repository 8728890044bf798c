"""What the values of settings have to be like."""

from __future__ import annotations

import re
from collections.abc import Callable

# No browser opens a page there: https://fetch.spec.whatwg.org/#bad-port
BAD_PORT_LIST = """
    1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111
    113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540
    548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061
    6000 6566 6665 6666 6667 6668 6669 6679 6697 10080
"""
BAD_PORTS = frozenset(map(int, BAD_PORT_LIST.split()))
DEFAULT_PORTS = {"http": 80, "https": 443}
ORIGIN = re.compile(r"https?://([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")
HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")

Check = Callable[[str], str | None]  # what would be right, or None when the value is


def whole(low: int, high: int | None = None) -> Check:
    """A whole number from *low* to *high*."""
    right = f"a whole number from {low}" + (f" to {high}" if high is not None else " on")

    def check(text: str) -> str | None:
        fits = re.fullmatch("0|[1-9][0-9]{0,18}", text) and int(text) >= low
        return None if fits and (high is None or int(text) <= high) else right

    return check


def pace(text: str) -> str | None:
    try:
        fits = 0 < float(text) <= 1000
    except ValueError:
        fits = False
    return None if fits else "a number above 0, at most 1000"


def limit(text: str) -> str | None:
    try:
        fits = 0 <= float(text) <= 1_000_000
    except ValueError:
        fits = False
    return None if fits else "a number from 0 (no limit) to 1000000"


def log_format(text: str) -> str | None:
    return None if text in ("consola", "json") else "consola or json"


def store_kind(text: str) -> str | None:
    return None if text in ("archivo", "postgres") else "archivo or postgres"


def anything(_: str) -> str | None:
    return None


def word(text: str) -> str | None:
    """A value that means the same to Docker, which removes quotes, and to us, who don't."""
    fits = text and not any(mark in text for mark in "'\"\\ #$")
    return None if fits else "some characters without quotes, spaces, \\, # and $"


def origins(text: str) -> str | None:
    fits = all(_is_origin(origin.strip()) for origin in text.split(",") if origin.strip())
    return None if fits else "what browsers send, like https://pulso.example.org, comma separated"


def hosts(text: str) -> str | None:
    fits = all(HOST.fullmatch(host.strip()) for host in text.split(",") if host.strip())
    return None if fits else "names like pulso.example.org, comma separated, without https://"


def nodes(text: str) -> str | None:
    fits = all(HOST.fullmatch(node.strip()) for node in text.split(",")) or not text
    return None if fits else "nodes like a, b:5673 or [::1], comma separated"


def _is_origin(text: str) -> bool:
    """As panel-visual/push/origin_rule.py; tests/contracts/origenes.json holds both to the same."""
    scheme, _, rest = text.partition("://")
    default = f":{DEFAULT_PORTS.get(scheme)}"
    return ORIGIN.fullmatch(text) is not None and not rest.endswith(default)


port = whole(1, 65535)


def page_port(text: str) -> str | None:
    wrong = port(text)
    if wrong is None and int(text) in BAD_PORTS:
        return "another port: browsers open no page at this one"
    return wrong
