"""What `make run` starts: each part's command and environment, from the settings alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from parts.broker import Node, epmd_command, guard_command, node_command, node_environment
from parts.places import Places, places_of
from parts.private_postgres import postgres_command
from parts.proxy import Doors, Routes, proxy_command, proxy_environment
from parts.service_accounts import ROOT, operator_password, service_passwords
from parts.service_programs import Program, service_programs


def node_of(settings: Mapping[str, str], folder: Path) -> Node:
    return Node(
        folder=folder / "rabbitmq",
        amqp_port=int(settings["RABBITMQ_PORT"]),
        management_port=int(settings["RABBITMQ_MANAGEMENT_PORT"]),
        epmd_port=int(settings["RABBITMQ_EPMD_PORT"]),
        distribution_port=int(settings["RABBITMQ_DIST_PORT"]),
        user=settings["RABBITMQ_USER"],
        password=operator_password(settings["RABBITMQ_PASSWORD"]),
        services=service_passwords(),
    )


def routes_of(settings: Mapping[str, str], places: Places) -> Routes:
    return Routes(
        web_port=int(settings["WEB_PORT"]),
        traefik_port=int(settings["TRAEFIK_PORT"]),
        panel_port=int(settings["PANEL_PORT"]),
        push_port=int(settings["PUSH_PORT"]),
        reporte_port=int(settings["REPORTE_PORT"]),
        entrada_port=int(settings["ENTRADA_PORT"]),
        places=places,
    )


def doors_of(settings: Mapping[str, str]) -> Doors:
    files = ("USUARIOS", "TLS_CERTIFICADO", "TLS_CLAVE")
    return Doors(*(str(ROOT / settings[name]) if settings[name] else "" for name in files))


def broker_programs(
    settings: Mapping[str, str], folder: Path, inherited: Mapping[str, str]
) -> list[Program]:
    """The broker of our own, unless RABBITMQ_HOST names another."""
    if settings["RABBITMQ_HOST"]:
        return []
    node = node_of(settings, folder)
    environment = node_environment(node, inherited)
    guarded = {"REPORTE_HOST": "127.0.0.1", "REPORTE_PORT": settings["REPORTE_PORT"]}
    return [
        Program("epmd", epmd_command(node), environment),
        # It closes all its data within a moment; then its management plugin waits 5 s for itself.
        Program(
            "rabbitmq-service",
            node_command(node),
            environment | guarded,
            stop_seconds=3.0,
            check=guard_command(),
        ),
    ]


def store_programs(
    settings: Mapping[str, str], folder: Path, inherited: Mapping[str, str]
) -> list[Program]:
    """The PostgreSQL that ALMACEN asks for."""
    if settings["ALMACEN"] != "postgres":
        return []
    command = postgres_command(folder, settings["POSTGRES_PORT"])
    environment = {"PATH": inherited.get("PATH", ""), "LANG": "C.UTF-8"}
    return [Program("postgres", command, environment, stop_seconds=10.0)]


def other_programs(
    settings: Mapping[str, str],
    folder: Path,
    inherited: Mapping[str, str],
    places: Places | None = None,
) -> list[Program]:
    """Return every part but broker and database, named as in docker-compose.yml."""
    places = places or places_of(settings)
    routes = routes_of(settings, places)
    return [
        Program(
            "reverse-proxy",
            proxy_command(),
            proxy_environment(routes, inherited, doors_of(settings), hosts=settings),
        ),
        *service_programs(settings, folder, inherited, places),
    ]
