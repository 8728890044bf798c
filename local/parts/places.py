"""Where those parts listen of which there may be several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

HERE = "127.0.0.1"


class Place(NamedTuple):
    host: str
    port: str

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class Places(NamedTuple):
    analytics: Sequence[Place]
    panels: Sequence[str]
    """Hosts, on each of which a panel has PANEL_PORT and PUSH_PORT."""

    @property
    def report_urls(self) -> str:
        return ",".join(place.url for place in self.analytics)


def places_of(settings: Mapping[str, str]) -> Places:
    """All of them on this machine: the analytics beside each other, one panel."""
    more, first = int(settings["ANALITICAS"]) - 1, int(settings["ANALITICAS_PORT"])
    ports = [settings["REPORTE_PORT"], *(str(first + n) for n in range(more))]
    return Places([Place(HERE, port) for port in ports], [HERE])


def numbered(name: str, number: int) -> str:
    """What the part of that number is called: the first as where there is one."""
    return name if number == 1 else f"{name}-{number}"
