"""What docker-compose.yml and .env say, as the tests read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

import analytics_settings
import avisos_settings
import panel_settings
import sender_settings
from intake import settings as intake_settings

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
PARTS: dict[str, dict[str, Any]] = COMPOSE["services"]
DOT_ENV = dict(
    line.split("=", 1)
    for line in (ROOT / ".env").read_text().splitlines()
    if line and not line.startswith("#")
)
FOLDERS = {
    "cliente-uno": "sender",
    "cliente-dos": "sender",
    "entrada": "sender",
    "carga": "sender",
    "servicio-analiticas": "servicio-analiticas",
    "topologia": "servicio-analiticas",
    "panel-visual": "panel-visual",
    "servicio-avisos": "servicio-avisos",
}
READERS: dict[str, tuple[type, Callable[[Mapping[str, str]], Any]]] = {
    "cliente-uno": (sender_settings.Settings, sender_settings.read_settings),
    "cliente-dos": (sender_settings.Settings, sender_settings.read_settings),
    "entrada": (intake_settings.IntakeSettings, intake_settings.read_intake_settings),
    "servicio-analiticas": (analytics_settings.Settings, analytics_settings.read_settings),
    "topologia": (analytics_settings.Settings, analytics_settings.read_settings),
    "panel-visual": (panel_settings.Settings, panel_settings.read_settings),
    "servicio-avisos": (avisos_settings.Settings, avisos_settings.read_settings),
}

LASTING = [name for name in PARTS if name not in ("cuentas", "topologia", "puertas", "carga")]
every_part = pytest.mark.parametrize("name", PARTS)


def environment(name: str, variables: Mapping[str, str] = DOT_ENV) -> dict[str, str]:
    """What the container of the part *name* gets, with the values of .env."""
    given: dict[str, Any] = demo_account(name) | PARTS[name].get("environment", {})
    return {key: interpolated(str(value), variables) for key, value in given.items()}


def demo_account(name: str) -> dict[str, str]:
    """Of the files of variables, those that are committed; the others need not be there."""
    files = PARTS[name].get("env_file", [])
    committed = [file for file in files if isinstance(file, str)] if isinstance(files, list) else []
    return {key: value for file in committed for key, value in lines_of(file)}


def lines_of(file: str) -> list[tuple[str, str]]:
    lines = (ROOT / file).read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return [(key, value) for key, _, value in pairs]


def interpolated(text: str, variables: Mapping[str, str] = DOT_ENV) -> str:
    """With *variables*, and what stands for one that is empty (`:-`) or that is not (`:+`)."""

    def value(found: re.Match[str]) -> str:
        said, operator, word = variables[found[1]], found[2], found[3]
        return (
            (word if said else "")
            if operator == ":+"
            else said or (word if operator == ":-" else "")
        )

    return re.sub(r"\$\{(\w+)(:[-+?])?([^}]*)\}", value, text)
