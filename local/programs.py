"""What `make run` starts: each part's command and environment, from the settings alone."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from broker import Node, epmd_command, node_command, node_environment
from proxy import Routes, proxy_command, proxy_environment

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Program:
    """*stop_seconds* is how long a stop may take until SIGKILL."""

    name: str
    command: list[str]
    environment: dict[str, str]
    stop_seconds: float = 4.0


def node_of(settings: Mapping[str, str], folder: Path) -> Node:
    return Node(
        folder=folder / "rabbitmq",
        amqp_port=int(settings["RABBITMQ_PORT"]),
        management_port=int(settings["RABBITMQ_MANAGEMENT_PORT"]),
        epmd_port=int(settings["RABBITMQ_EPMD_PORT"]),
        distribution_port=int(settings["RABBITMQ_DIST_PORT"]),
        user=settings["RABBITMQ_USER"],
        password=settings["RABBITMQ_PASSWORD"],
    )


def routes_of(settings: Mapping[str, str]) -> Routes:
    return Routes(
        web_port=int(settings["WEB_PORT"]),
        traefik_port=int(settings["TRAEFIK_PORT"]),
        panel_port=int(settings["PANEL_PORT"]),
        push_port=int(settings["PUSH_PORT"]),
        reporte_port=int(settings["REPORTE_PORT"]),
    )


def broker_programs(
    settings: Mapping[str, str], folder: Path, inherited: Mapping[str, str]
) -> list[Program]:
    node = node_of(settings, folder)
    environment = node_environment(node, inherited)
    return [
        Program("epmd", epmd_command(node), environment),
        # It closes all its data within a moment; then its management plugin waits 5 s for itself.
        Program("rabbitmq-service", node_command(), environment, stop_seconds=3.0),
    ]


def other_programs(
    settings: Mapping[str, str], folder: Path, inherited: Mapping[str, str]
) -> list[Program]:
    """Return every part but the broker, named as in docker-compose.yml."""
    return [
        Program(
            "reverse-proxy", proxy_command(), proxy_environment(routes_of(settings), inherited)
        ),
        *_services(settings, folder, inherited),
    ]


def _services(
    settings: Mapping[str, str], folder: Path, inherited: Mapping[str, str]
) -> list[Program]:
    def service(name: str, script: str, *variables: str, **more: str) -> Program:
        environment = {
            "PATH": inherited.get("PATH", ""),
            "PYTHONUNBUFFERED": "1",
            **{variable: settings[variable] for variable in variables},
            **more,
        }
        return Program(name, [sys.executable, str(ROOT / script)], environment)

    amqp = ("RABBITMQ_PORT", "RABBITMQ_USER", "RABBITMQ_PASSWORD")
    return [
        service(
            "servicio-analiticas",
            "servicio-analiticas/analiticas.py",
            *(*amqp, "REPORTE_PORT", "ID_WINDOW_SECONDS", "ID_WINDOW_ROWS"),
            STORE_PATH=str(folder / "pulso.db"),
        ),
        service(
            "panel-visual",
            "panel-visual/panel.py",
            *("PANEL_PORT", "PUSH_PORT", "WEB_PORT", "PANEL_ORIGENES"),
            REPORTE_URL=f"http://127.0.0.1:{settings['REPORTE_PORT']}",
        ),
        *(
            service(name, "sender/app.py", *amqp, "EVENTS_PER_SECOND", CLIENTE=cliente)
            for name, cliente in (("cliente-uno", "cliente_uno"), ("cliente-dos", "cliente_dos"))
        ),
    ]
