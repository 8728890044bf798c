"""The services among the programs of `make run`: what each is told, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from parts.places import Places, numbered, places_of
from parts.private_postgres import password_file, store_url
from parts.proxy import HOSTS
from parts.service_accounts import ROOT, service_account


@dataclass(frozen=True, slots=True)
class Program:
    """
    *stop_seconds* is how long a stop may take until SIGKILL.

    *check* is run every few seconds, as compose runs a health check; it may end the program.
    *once*: it has something to do, and ends with 0 when that is done.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    stop_seconds: float = 4.0
    check: list[str] = field(default_factory=list)
    once: bool = False


HOW_LONG_KEPT = (
    *("ID_WINDOW_SECONDS", "ID_WINDOW_ROWS"),
    *("HISTORY_SECONDS_KEPT", "HISTORY_MINUTES_KEPT", "HISTORY_FIVE_MINUTES_KEPT"),
    "HISTORY_HOURS_KEPT",
)
ANALYTICS, PANEL = "servicio-analiticas", "panel-visual"
DEMO_CLIENTS = ("cliente-uno", "cliente-dos")
TOPOLOGY = "topologia"
"""A job: services that share a store declare no queue by themselves."""
PANEL_KNOWS = (
    *("PANEL_PORT", "PUSH_PORT", "WEB_PORT", "PANEL_MARCOS", *HOSTS),
    *("RABBITMQ_USER", "RABBITMQ_PORT"),  # to show them, in the command for a first event
)


def service_programs(
    settings: Mapping[str, str],
    folder: Path,
    inherited: Mapping[str, str],
    places: Places | None = None,
) -> list[Program]:
    places = places or places_of(settings)
    reporte = {"REPORTE_URL": places.report_urls}
    told = {
        **_counting(settings, folder, places),
        **{
            numbered(PANEL, n): _panel(settings, host, reporte)
            for n, host in enumerate(places.panels, 1)
        },
        "servicio-avisos": _alerts(settings, folder, reporte),
        "entrada": (
            ("sender/app.py", "servir"),
            ("ENTRADA_PORT", "ENTRADA_MAX_PER_SECOND", *HOSTS),
            _account("entrada", settings)
            | _files(settings, "ENTRADA_CLAVES")
            | {"ENTRADA_TRUSTED_HOPS": "1"},
        ),
        **{name: _demo_client(name.replace("-", "_"), settings) for name in DEMO_CLIENTS},
    }
    return [
        Program(
            name,
            [sys.executable, str(ROOT / script), *words],
            {
                "PATH": inherited.get("PATH", ""),
                "PYTHONUNBUFFERED": "1",
                **{variable: settings[variable] for variable in ("LOG_FORMAT", *variables)},
                **more,
            },
            once=name == TOPOLOGY,
        )
        for name, ((script, *words), variables, more) in told.items()
    ]


Told = tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]
"""A script and its words, variables to hand on, and further ones with their values."""


def _counting(settings: Mapping[str, str], folder: Path, places: Places) -> dict[str, Told]:
    account, knows = _account("analiticas", settings), ("RABBITMQ_MANAGEMENT_PORT", "COLAS")
    store = _store(settings, folder)
    told: dict[str, Told] = {
        numbered(ANALYTICS, n): (
            ("servicio-analiticas/analiticas.py",),
            (*knows, *HOW_LONG_KEPT, *HOSTS),
            {**account, **store, "REPORTE_HOST": place.host, "REPORTE_PORT": place.port},
        )
        for n, place in enumerate(places.analytics, 1)
    }
    if store["STORE_URL"]:
        told[TOPOLOGY] = ("servicio-analiticas/topologia.py",), knows, account
    return told


def _panel(settings: Mapping[str, str], host: str, reporte: dict[str, str]) -> Told:
    alerts = {"AVISOS_URL": f"http://127.0.0.1:{settings['AVISOS_PORT']}"}
    return ("panel-visual/panel.py",), PANEL_KNOWS, {**reporte, **alerts, "PANEL_HOST": host}


def _demo_client(cliente: str, settings: Mapping[str, str]) -> Told:
    account = _account("clientes", settings)
    return ("sender/app.py",), ("EVENTS_PER_SECOND",), {**account, "CLIENTE": cliente}


def _store(settings: Mapping[str, str], folder: Path) -> dict[str, str]:
    path = {"STORE_PATH": str(folder / "pulso.db")}
    if settings["ALMACEN"] == "postgres":
        password = {"STORE_PASSWORD_FILE": str(password_file(folder))}
        return {**path, "STORE_URL": store_url(settings["POSTGRES_PORT"]), **password}
    return {
        **path,
        "STORE_URL": settings["STORE_URL"],
        **_files(settings, "STORE_PASSWORD_FILE"),
    }


def _alerts(settings: Mapping[str, str], folder: Path, reporte: dict[str, str]) -> Told:
    files = _files(settings, "AVISOS_REGLAS", "AVISOS_CANALES")
    kept = {"AVISOS_STORE_PATH": str(folder / "avisos.db")}
    return ("servicio-avisos/avisos.py",), ("AVISOS_PORT", *HOSTS), {**reporte, **kept, **files}


def _files(settings: Mapping[str, str], *variables: str) -> dict[str, str]:
    """Paths as `.env` says them, which are from the project's folder; parts run elsewhere."""
    return {name: settings[name] and str(ROOT / settings[name]) for name in variables}


def _account(name: str, settings: Mapping[str, str]) -> dict[str, str]:
    where = {variable: settings[variable] for variable in ("RABBITMQ_HOST", "RABBITMQ_PORT")}
    return {**where, **_files(settings, "RABBITMQ_TLS_CA"), **service_account(name)}
