from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from parts.programs import broker_programs, other_programs, store_programs
from parts.readiness import probes
from parts.service_accounts import ROOT
from ports import unusable_ports
from private_load import on_free_ports
from run_settings import read_run_settings

FOLDER = Path("/tmp/somewhere")  # noqa: S108 - only a name here
INHERITED = {"PATH": "/usr/bin", "RABBITMQ_NODENAME": "rabbit", "STORE_PATH": "/elsewhere"}


def test_parts_are_those_of_compose() -> None:
    """The same names for the same parts; epmd is in compose's broker, its jobs in our start."""
    settings = read_run_settings({})
    parts = broker_programs(settings, FOLDER, {}) + other_programs(settings, FOLDER, {})
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    lasting = {name for name, part in compose.items() if "profiles" not in part} - {
        "cuentas",
        "puertas",
        "topologia",
    }
    assert {part.name for part in parts} == {*lasting, "epmd"}


def test_a_part_gets_only_what_is_meant_for_it() -> None:
    """Nothing of the terminal's environment but PATH, and no password for the panel."""
    settings = read_run_settings({"RABBITMQ_PASSWORD": "a-secret"})
    parts = broker_programs(settings, FOLDER, INHERITED)
    parts += other_programs(settings, FOLDER, INHERITED)

    environments = {part.name: part.environment for part in parts}
    assert {each["PATH"] for each in environments.values()} == {"/usr/bin"}
    assert "/elsewhere" not in str(environments)
    assert environments["rabbitmq-service"]["RABBITMQ_NODENAME"] != "rabbit"
    assert "a-secret" not in str(environments["panel-visual"])
    users = {name: each.get("RABBITMQ_USER") for name, each in environments.items()}
    assert users["cliente-uno"] == "clientes"
    assert users["entrada"] == "entrada"
    assert users["servicio-analiticas"] == "analiticas"
    assert "a-secret" not in str(environments)  # the operator's: no service has it


def test_the_file_of_keys_is_found_from_the_projects_folder() -> None:
    """Parts run elsewhere; an absolute path stays, and no file stays none."""
    given = ("", "claves", "/etc/claves")
    parts = [
        other_programs(read_run_settings({"ENTRADA_CLAVES": path}), FOLDER, {}) for path in given
    ]

    found = [
        part.environment["ENTRADA_CLAVES"]
        for each in parts
        for part in each
        if part.name == "entrada"
    ]
    assert found == ["", str(ROOT / "claves"), "/etc/claves"]


def test_another_broker_takes_the_place_of_ours() -> None:
    """None is started or waited for, and each service that speaks AMQP is told where it is."""
    given = {"RABBITMQ_HOST": "a,b:5673", "RABBITMQ_TLS_CA": "ca.crt"}
    settings = read_run_settings(given)
    told = {
        part.name: [part.environment.get(name) for name in given]
        for part in other_programs(settings, FOLDER, {})
    }

    assert broker_programs(settings, FOLDER, {}) == []
    assert "rabbitmq-service" not in {probe.part for probe in probes(settings)}
    assert "rabbitmq-service" in {probe.part for probe in probes(read_run_settings({}))}
    assert {name for name, values in told.items() if values[0]} == {
        *("servicio-analiticas", "entrada", "cliente-uno", "cliente-dos"),
    }
    assert told["entrada"] == ["a,b:5673", str(ROOT / "ca.crt")]
    assert on_free_ports(settings)["RABBITMQ_HOST"] == "", "a load run alone has one of its own"


def test_clients_are_two() -> None:
    """Each publishes under its own name."""
    parts = other_programs(read_run_settings({}), FOLDER, {})

    clients = [part.environment["CLIENTE"] for part in parts if part.name.startswith("cliente")]
    assert clients == ["cliente_uno", "cliente_dos"]


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_busy_port_is_named_with_its_variable(address: str) -> None:
    """Whoever listens there, on loopback or everywhere."""
    with (
        socket.create_server((address, 0)) as other,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        busy_port, free_port = other.getsockname()[1], free.getsockname()[1]
        free.close()

        wrong = unusable_ports([("WEB_PORT", busy_port), ("TRAEFIK_PORT", free_port)])

    assert wrong == [
        f"Port {busy_port} is in use by another program: set WEB_PORT in .env to another one."
    ]


def test_the_broker_is_guarded_here_as_in_compose() -> None:
    """By one script, which is given all that it reads, and asks the analytics where they listen."""
    guard = (ROOT / "rabbitmq" / "guard.sh").read_text()
    read = set(re.findall(r"\$(RABBITMQ_\w+|REPORTE_\w+)", guard))
    parts = {part.name: part for part in broker_programs(read_run_settings({}), FOLDER, {})}
    broker = parts["rabbitmq-service"]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    contained = compose["rabbitmq-service"]

    assert read == {"RABBITMQ_PID_FILE", "REPORTE_HOST", "REPORTE_PORT"}
    assert read <= broker.environment.keys()
    assert broker.check[-1] == str(ROOT / "rabbitmq" / "guard.sh")
    assert read <= contained["environment"].keys()
    assert "./rabbitmq/guard.sh:/guard.sh:ro" in contained["volumes"]
    assert "bash /guard.sh" in contained["healthcheck"]["test"][-1]
    assert set(contained["networks"]) & set(compose["servicio-analiticas"]["networks"])
    assert contained["environment"]["REPORTE_HOST"] in compose


def test_several_analytics_count_together() -> None:
    """Each has a port and a log of its own, all one store; whoever reads knows of all of them."""
    settings = read_run_settings({"ALMACEN": "postgres", "ANALITICAS": "3", "COLAS": "2"})
    parts = {part.name: part for part in other_programs(settings, FOLDER, {})}

    several = [part for name, part in parts.items() if name.startswith("servicio-analiticas")]
    ports = [part.environment["REPORTE_PORT"] for part in several]
    assert ports == ["8091", "8101", "8102"]
    assert {part.environment["STORE_URL"] for part in several} == {
        "postgresql://pulso@127.0.0.1:25432/postgres"
    }
    urls = ",".join(f"http://127.0.0.1:{port}" for port in ports)
    for reader in ("panel-visual", "servicio-avisos", "reverse-proxy"):
        assert parts[reader].environment["REPORTE_URL"] == urls
    assert [part.name for part in parts.values() if part.once] == ["topologia"]
    assert parts["topologia"].environment["COLAS"] == "2"
    (server,) = store_programs(settings, FOLDER, {})
    assert "-cport=25432" in server.command


def test_one_file_needs_neither_database_nor_job() -> None:
    settings = read_run_settings({})

    assert store_programs(settings, FOLDER, {}) == []
    assert not any(part.once for part in other_programs(settings, FOLDER, {}))
