"""What docker-compose.yml and the Dockerfiles say, read without Docker."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

import analytics_settings
import panel_settings
import sender_settings

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
    "servicio-analiticas": "servicio-analiticas",
    "panel-visual": "panel-visual",
}
READERS: dict[str, tuple[type, Callable[[Mapping[str, str]], Any]]] = {
    "sender": (sender_settings.Settings, sender_settings.read_settings),
    "servicio-analiticas": (analytics_settings.Settings, analytics_settings.read_settings),
    "panel-visual": (panel_settings.Settings, panel_settings.read_settings),
}

every_part = pytest.mark.parametrize("name", PARTS)


def environment(name: str) -> dict[str, str]:
    """What the container of the part *name* gets, with the values of .env."""
    given: dict[str, Any] = PARTS[name].get("environment", {})
    return {key: interpolated(str(value)) for key, value in given.items()}


def interpolated(text: str) -> str:
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: DOT_ENV[found[1]], text)


def test_networks() -> None:
    """Only the analytics stand in both networks, so the panel can't reach the broker."""
    members = {
        network: {name for name, part in PARTS.items() if network in part["networks"]}
        for network in COMPOSE["networks"]
    }

    assert members == {
        "web": {"reverse-proxy", "panel-visual", "servicio-analiticas"},
        "mensajes": {"rabbitmq-service", "servicio-analiticas", "cliente-uno", "cliente-dos"},
    }


def test_published_ports() -> None:
    """Every published port is on loopback, and its number is a line of .env."""
    published = {port for part in PARTS.values() for port in part.get("ports", [])}

    assert {re.sub(r":\?[^}]*", "", port) for port in published} == {
        "127.0.0.1:${WEB_PORT}:8080",
        "127.0.0.1:${TRAEFIK_PORT}:8081",
        "127.0.0.1:${RABBITMQ_PORT}:5672",
        "127.0.0.1:${RABBITMQ_MANAGEMENT_PORT}:15672",
    }
    assert "network_mode" not in TEXT


def test_dot_env_and_the_compose_file_name_the_same_variables() -> None:
    """A line of .env that compose ignores, or a variable that .env lacks, is a mistake."""
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == set(DOT_ENV)


def test_images() -> None:
    """What isn't built here is named with its tag, and given a user: its own default is root."""
    foreign = {n: (p["image"], p["user"]) for n, p in PARTS.items() if "image" in p}
    built = {n: p["build"]["dockerfile"] for n, p in PARTS.items() if "build" in p}

    assert foreign == {
        "rabbitmq-service": ("rabbitmq:4-management", "rabbitmq"),
        "reverse-proxy": ("traefik:v3.7", "65532:65532"),
    }
    assert built == {name: f"{folder}/Dockerfile" for name, folder in FOLDERS.items()}


@every_part
def test_no_more_rights_than_needed(name: str) -> None:
    """A part can't write its root file system, use a capability, or gain rights."""
    part = PARTS[name]

    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert not part.keys() & {"privileged", "cap_add", "pid", "ipc", "devices", "userns_mode"}


@every_part
def test_life(name: str) -> None:
    """A part comes back, can be told healthy, has time to stop, and can't fill the disk."""
    part = PARTS[name]

    assert part["restart"] == "unless-stopped"
    assert part["healthcheck"]["test"][0] == "CMD"
    assert "curl" not in str(part["healthcheck"])
    assert int(part["stop_grace_period"].removesuffix("s")) >= 10
    assert part["logging"]["options"].keys() == {"max-size", "max-file"}


def test_start_order() -> None:
    """Each part starts after those that it needs are healthy."""
    needs = {name: set(part.get("depends_on", {})) for name, part in PARTS.items()}

    assert needs == {
        "rabbitmq-service": set(),
        "servicio-analiticas": {"rabbitmq-service"},
        "cliente-uno": {"rabbitmq-service"},
        "cliente-dos": {"rabbitmq-service"},
        "panel-visual": {"servicio-analiticas"},
        "reverse-proxy": {"panel-visual"},
    }
    for part in PARTS.values():
        for need in part.get("depends_on", {}).values():
            assert need == {"condition": "service_healthy"}


@every_part
def test_mounts(name: str) -> None:
    """A part sees its own volume and, read-only, its own configuration: no Docker socket."""
    own = {
        "rabbitmq-service": {"broker:/var/lib/rabbitmq"},
        "servicio-analiticas": {"almacen:/datos"},
    }
    mounts = set(PARTS[name].get("volumes", []))
    configuration = mounts - own.get(name, set())

    assert (ROOT / PARTS[name].get("env_file", ".env")).is_file()
    assert mounts >= own.get(name, set())
    assert COMPOSE["volumes"].keys() == {"broker", "almacen"}
    for mount in configuration:
        source, _, mode = mount.split(":")
        assert source.startswith(("./rabbitmq", "./reverse-proxy"))
        assert (ROOT / source).exists(), "Docker would make a folder of it"
        assert mode == "ro"


@pytest.mark.parametrize("name", FOLDERS)
def test_environment(name: str) -> None:
    """A part of ours gets only variables that its settings know, with values they accept."""
    settings, read = READERS[FOLDERS[name]]
    given = environment(name)

    assert {key.lower() for key in given} <= set(settings.__struct_fields__)  # type: ignore[attr-defined]
    read(given)
    if name != "panel-visual":
        assert read(given).rabbitmq_host == "rabbitmq-service"
        assert read(given).rabbitmq_port == 5672, "the port inside, whatever is published"


def test_clients() -> None:
    """The two demo clients publish under names of their own."""
    assert environment("cliente-uno")["CLIENTE"] == "cliente_uno"
    assert environment("cliente-dos")["CLIENTE"] == "cliente_dos"


def test_addresses() -> None:
    """Whoever calls a part, its health check too, uses the port that it listens on."""
    analytics = analytics_settings.read_settings(environment("servicio-analiticas"))
    panel = panel_settings.read_settings(environment("panel-visual"))
    reporte = f"http://servicio-analiticas:{analytics.reporte_port}"
    checks = {name: str(part["healthcheck"]["test"]) for name, part in PARTS.items()}

    assert panel.reporte_url == reporte
    proxy = environment("reverse-proxy")
    routes = (ROOT / "reverse-proxy" / "routes.yml").read_text()
    assert {name: proxy[name] for name in re.findall(r'env "(\w+)"', routes)} == {
        "REPORTE_URL": reporte,
        "PANEL_URL": f"http://panel-visual:{panel.panel_port}",
        "PUSH_URL": f"http://panel-visual:{panel.push_port}",
    }
    assert f"http://127.0.0.1:{analytics.reporte_port}/" in checks["servicio-analiticas"]
    assert f"http://127.0.0.1:{panel.panel_port}/" in checks["panel-visual"]
    for name in ("cliente-uno", "cliente-dos"):
        assert f":{5672:04X} 01 " in checks[name]
