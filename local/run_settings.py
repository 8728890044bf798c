"""What `.env` says to `make run`, checked before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Check = Callable[[str], str | None]  # what would be right, or None when the value is


class WrongSettingsError(ValueError):
    """One sentence a line for each wrong value."""


@dataclass(frozen=True, slots=True)
class Setting:
    default: str
    check: Check


def whole(low: int, high: int | None = None) -> Check:
    """A whole number from *low* to *high*."""
    right = f"a whole number from {low}" + (f" to {high}" if high is not None else " on")

    def check(text: str) -> str | None:
        fits = text.isascii() and text.isdigit() and len(text) < 20 and int(text) >= low
        return None if fits and (high is None or int(text) <= high) else right

    return check


def pace(text: str) -> str | None:
    try:
        fits = 0 < float(text) <= 1000
    except ValueError:
        fits = False
    return None if fits else "a number above 0, at most 1000"


def word(text: str) -> str | None:
    """A value that means the same to Docker, which removes quotes, and to us, who don't."""
    fits = text and not any(mark in text for mark in "'\"\\ #$")
    return None if fits else "some characters without quotes, spaces, \\, # and $"


def origins(text: str) -> str | None:
    fits = all(_is_origin(origin.strip()) for origin in text.split(",") if origin.strip())
    return None if fits else "what browsers send, like https://pulso.example.org, comma separated"


def _is_origin(text: str) -> bool:
    try:
        url = urlsplit(text)
        _ = url.port  # raises when it is none
    except ValueError:
        return False
    return url.scheme in ("http", "https") and text == f"{url.scheme}://{url.netloc}" != text[:-1]


port = whole(1, 65535)

PORTS = {
    "WEB_PORT": Setting("8080", port),
    "TRAEFIK_PORT": Setting("8081", port),
    "RABBITMQ_PORT": Setting("5672", port),
    "RABBITMQ_MANAGEMENT_PORT": Setting("15672", port),
    # Between the parts. Erlang's two are not the ones of a system node (4369, 25672).
    "REPORTE_PORT": Setting("8091", port),
    "PANEL_PORT": Setting("8092", port),
    "PUSH_PORT": Setting("8093", port),
    "RABBITMQ_EPMD_PORT": Setting("24369", port),
    "RABBITMQ_DIST_PORT": Setting("24370", port),
}
SETTINGS = PORTS | {
    "RABBITMQ_USER": Setting("pulso", word),
    "RABBITMQ_PASSWORD": Setting("pulso", word),
    "PANEL_ORIGENES": Setting("", origins),
    "EVENTS_PER_SECOND": Setting("3", pace),
    "ID_WINDOW_SECONDS": Setting("604800", whole(60)),
    "ID_WINDOW_ROWS": Setting("50000000", whole(1000)),
}


def read_run_settings(given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the value of every setting, an empty one being as if not set.

    Raises WrongSettingsError with a sentence for each value that is wrong.
    """
    values = {name: given.get(name) or setting.default for name, setting in SETTINGS.items()}
    wrong = [
        f"{name}={values[name][:64]!r}: must be {right}. Set {name} in .env."
        for name, setting in SETTINGS.items()
        if (right := setting.check(values[name]))
    ]
    if wrong := wrong or _shared_ports(values):
        raise WrongSettingsError("\n".join(wrong))
    return values


def _shared_ports(values: Mapping[str, str]) -> list[str]:
    owners: dict[int, str] = {}
    wrong = []
    for name in PORTS:
        first = owners.setdefault(int(values[name]), name)
        if first != name:
            wrong.append(f"{first} and {name} are both {values[name]}: change one in .env.")
    return wrong
