"""Whom the variables of docker-compose.yml reach, and that each is understood."""

from __future__ import annotations

import re

import pytest

import analytics_settings
import avisos_settings
import panel_settings
from intake import settings as intake_settings
from tests.compose.compose_file import (
    DOT_ENV,
    LASTING,
    PARTS,
    READERS,
    ROOT,
    demo_account,
    environment,
)


def test_files_of_variables() -> None:
    """Each is committed, but for those that `make secretos` writes, which may be missing."""
    given = [part["env_file"] for part in PARTS.values() if "env_file" in part]
    files = [file for each in given for file in (each if isinstance(each, list) else [each])]

    for file in files:
        if isinstance(file, dict):
            assert file["path"].startswith("secretos/")
            assert file["required"] is False
        else:
            assert (ROOT / file).is_file()


def test_accounts() -> None:
    """Each part that speaks AMQP has an account of its own, whose demo file is committed."""
    accounts = {name: demo_account(name).get("RABBITMQ_USER") for name in LASTING}

    assert {name: user for name, user in accounts.items() if user} == {
        "servicio-analiticas": "analiticas",
        "entrada": "entrada",
        "cliente-uno": "clientes",
        "cliente-dos": "clientes",
    }


@pytest.mark.parametrize("name", READERS)
def test_environment(name: str) -> None:
    """A part of ours gets only variables that its settings know, with values they accept."""
    settings, read = READERS[name]
    given = environment(name)

    assert {key.lower() for key in given} <= set(settings.__struct_fields__)  # type: ignore[attr-defined]
    read(given)
    if name not in ("panel-visual", "servicio-avisos"):
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
    alerts = avisos_settings.read_settings(environment("servicio-avisos"))
    intake = intake_settings.read_intake_settings(environment("entrada"))
    reporte = f"http://servicio-analiticas:{analytics.reporte_port}"
    checks = {name: str(PARTS[name]["healthcheck"]["test"]) for name in LASTING}

    assert panel.reporte_url == alerts.reporte_url == reporte
    assert panel.panel_reporte_port not in {
        *(panel.panel_port, panel.push_port, panel.metrics_port, 0)
    }, "of other panels alone: no route leads there"
    assert str(panel.panel_reporte_port) not in str(PARTS["reverse-proxy"])
    assert panel.avisos_url == f"http://servicio-avisos:{alerts.avisos_port}"
    assert f"http://127.0.0.1:{alerts.avisos_port}/" in checks["servicio-avisos"]
    proxy = environment("reverse-proxy")
    routes = (ROOT / "reverse-proxy" / "routes.yml").read_text()
    assert {name: proxy[name] for name in re.findall(r'env "(\w+_URL)"', routes)} == {
        "REPORTE_URL": reporte,
        "ENTRADA_URL": f"http://entrada:{intake.entrada_port}",
        "PANEL_URL": f"http://panel-visual:{panel.panel_port}",
        "PUSH_URL": f"http://panel-visual:{panel.push_port}",
    }
    assert f"http://127.0.0.1:{analytics.reporte_port}/" in checks["servicio-analiticas"]
    assert f"http://127.0.0.1:{panel.panel_port}/" in checks["panel-visual"]
    assert f"http://127.0.0.1:{intake.entrada_port}/" in checks["entrada"]
    for name in ("cliente-uno", "cliente-dos"):
        check = re.compile(PARTS[name]["healthcheck"]["test"][3])
        assert [port for port in range(65536) if check.search(f":{port:04X} 01 ")] == [5671, 5672]


@pytest.mark.parametrize(
    "name", [name for name in READERS if "RABBITMQ_TLS_CA" in str(PARTS[name])]
)
def test_another_broker(name: str) -> None:
    """What `.env` says of one reaches all that speak AMQP: nodes, and who signed for them."""
    elsewhere = {"RABBITMQ_HOST": "a,b:5673", "RABBITMQ_TLS_CA": "ca.crt"}
    given = environment(name, DOT_ENV | elsewhere)
    mount = next(each for each in PARTS[name]["volumes"] if "TLS_CA" in str(each))

    assert given["RABBITMQ_HOST"] == "a,b:5673"
    assert given["RABBITMQ_TLS_CA"] == mount["target"]
    assert environment(name)["RABBITMQ_TLS_CA"] == ""


def test_metrics() -> None:
    """Prometheus asks each service that has any, on a port that nothing publishes."""
    parts = ("servicio-analiticas", "panel-visual", "servicio-avisos", "entrada")
    scrapes = (ROOT / "observability" / "prometheus.yml").read_text()

    for name in parts:
        given = environment(name)
        assert (given["METRICS_HOST"], given["METRICS_PORT"]) == ("0.0.0.0", "9464")
    assert {name for name in PARTS if f'"{name}:9464"' in scrapes} == {*parts} - {"panel-visual"}
    assert "{names: [panel-visual], type: A, port: 9464}" in scrapes
    assert not [port for p in PARTS.values() for port in p.get("ports", []) if "9464" in str(port)]
