"""What docker-compose.yml and the Dockerfiles say, read without Docker."""

from __future__ import annotations

import re

import pytest

from tests.compose.compose_file import (
    COMPOSE,
    DOT_ENV,
    FOLDERS,
    LASTING,
    PARTS,
    ROOT,
    TEXT,
    every_part,
)


def test_networks() -> None:
    """Who needs both stands in both; the panel can't reach the broker, nor a client the web."""
    members = {
        network: {name for name, part in PARTS.items() if network in part["networks"]}
        for network in COMPOSE["networks"]
    }

    assert members == {
        "web": {
            *("reverse-proxy", "panel-visual", "servicio-analiticas", "entrada"),
            *("servicio-avisos", "puertas", "carga", "prometheus"),
        },
        "mensajes": {
            *("rabbitmq-service", "servicio-analiticas", "entrada", "cuentas", "topologia"),
            *("cliente-uno", "cliente-dos", "carga"),
        },
        "medidas": {"prometheus", "grafana"},
    }


def test_published_ports() -> None:
    """Every published port is on loopback, and its number is a line of .env."""
    published = {port for part in PARTS.values() for port in part.get("ports", [])}

    assert {re.sub(r":\?[^}]*", "", port) for port in published} == {
        "127.0.0.1:${WEB_PORT}:8080",
        "127.0.0.1:${TRAEFIK_PORT}:8081",
        "127.0.0.1:${RABBITMQ_PORT}:5672",
        "127.0.0.1:${RABBITMQ_MANAGEMENT_PORT}:15672",
        "127.0.0.1:${PROMETHEUS_PORT}:9090",
        "127.0.0.1:${GRAFANA_PORT}:3000",
    }
    assert "network_mode" not in TEXT


def test_dot_env_and_the_compose_file_name_the_same_variables() -> None:
    """A line of .env that compose ignores, or a variable that .env lacks, is a mistake."""
    by_a_file = {"ALMACEN", "ANALITICAS", "ANALITICAS_PORT", "POSTGRES_PORT"}
    by_a_cluster = {"ETCD_PORT", "ETCD_PEER_PORT", "PATRONI_PORT"}  # of `make run-cluster`
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == set(DOT_ENV) - by_a_file - by_a_cluster


def test_images() -> None:
    """What isn't built here is named with its tag, and given a user: its own default is root."""
    foreign = {n: (p["image"], p["user"]) for n, p in PARTS.items() if "image" in p}
    built = {n: p["build"]["dockerfile"] for n, p in PARTS.items() if "build" in p}

    assert foreign == {
        "rabbitmq-service": ("${RABBITMQ_IMAGE:?is missing, see .env}", "rabbitmq"),
        "cuentas": ("python:3.13-slim", "10001:10001"),
        "puertas": ("python:3.13-slim", "65532:65532"),
        "reverse-proxy": ("traefik:v3.7", "65532:65532"),
        "prometheus": ("prom/prometheus:v3.5.0", "65534:65534"),
        "grafana": ("grafana/grafana:12.2.0", "472:472"),
    }
    assert re.fullmatch(r"rabbitmq:4\.\d+-management", DOT_ENV["RABBITMQ_IMAGE"])
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
def test_bounds(name: str) -> None:
    """A part can fill neither the memory, nor the disk with what it says, nor start any number."""
    part = PARTS[name]

    assert part["logging"]["options"].keys() == {"max-size", "max-file"}
    assert part["mem_limit"]
    assert part["pids_limit"]


@pytest.mark.parametrize("name", LASTING)
def test_life(name: str) -> None:
    """A part comes back, can be told healthy, and has time to stop."""
    part = PARTS[name]

    assert part["restart"] == "unless-stopped"
    assert part["healthcheck"]["test"][0] == "CMD"
    assert "curl" not in str(part["healthcheck"])
    assert int(part["stop_grace_period"].removesuffix("s")) >= 10


def test_parts_that_end() -> None:
    """What the broker is to have is tried again; a wrong file stays wrong; a load run is one."""
    assert PARTS["cuentas"]["restart"] == PARTS["topologia"]["restart"] == "on-failure:5"
    assert PARTS["carga"]["restart"] == PARTS["puertas"]["restart"] == "no"


def test_what_a_plain_up_starts() -> None:
    """The whole demo; load and observability only when they are asked for."""
    assert {name: p["profiles"] for name, p in PARTS.items() if "profiles" in p} == {
        "carga": ["carga"],
        "prometheus": ["observabilidad"],
        "grafana": ["observabilidad"],
    }


def test_start_order() -> None:
    """Each part starts after those that it needs are healthy, or have done what they do."""
    needs = {name: set(part.get("depends_on", {})) for name, part in PARTS.items()}
    done = dict.fromkeys(("cuentas", "puertas", "topologia"), "service_completed_successfully")

    assert needs == {
        "rabbitmq-service": set(),
        "cuentas": {"rabbitmq-service"},
        "topologia": {"cuentas"},
        "servicio-analiticas": {"topologia"},
        "entrada": {"cuentas"},
        "cliente-uno": {"cuentas"},
        "cliente-dos": {"cuentas"},
        "panel-visual": {"servicio-analiticas"},
        "servicio-avisos": {"servicio-analiticas"},
        "puertas": set(),
        "reverse-proxy": {"panel-visual", "puertas"},
        "carga": {"cuentas", "reverse-proxy"},
        "prometheus": set(),
        "grafana": {"prometheus"},
    }
    for part in PARTS.values():
        for name, need in part.get("depends_on", {}).items():
            assert need == {"condition": done.get(name, "service_healthy")}


@every_part
def test_mounts(name: str) -> None:
    """A part sees its own volume and, read-only, its own configuration: no Docker socket."""
    own = {
        "rabbitmq-service": {"broker:/var/lib/rabbitmq"},
        "servicio-analiticas": {"almacen:/datos"},
        "servicio-avisos": {"avisos:/datos"},
        "carga": {"informes:/informes"},
        "prometheus": {"metricas:/prometheus"},
        "grafana": {"grafana:/var/lib/grafana"},
    }
    mounts = {each for each in PARTS[name].get("volumes", []) if isinstance(each, str)}
    configuration = mounts - own.get(name, set())

    assert mounts >= own.get(name, set())
    assert COMPOSE["volumes"].keys() == {v.partition(":")[0] for each in own.values() for v in each}
    for mount in configuration:
        source, _, mode = mount.split(":")
        assert source.startswith(("./rabbitmq", "./reverse-proxy", "./observability"))
        assert (ROOT / source).exists(), "Docker would make a folder of it"
        assert mode == "ro"


def test_files_that_a_user_may_give() -> None:
    """Only the part that reads one sees it, read-only; without it nothing is mounted."""
    given = {
        (name, mount["source"], mount["target"])
        for name, part in PARTS.items()
        for mount in part.get("volumes", [])
        if isinstance(mount, dict) and (mount["type"], mount["read_only"]) == ("bind", True)
    }

    assert given == {
        ("servicio-analiticas", "${STORE_PASSWORD_FILE:-/dev/null}", "/store_password"),
        ("entrada", "${ENTRADA_CLAVES:-/dev/null}", "/claves"),
        *(
            (name, "${RABBITMQ_TLS_CA:-/dev/null}", "/broker-ca.crt")
            for name, folder in FOLDERS.items()
            if folder in ("servicio-analiticas", "sender")
        ),
        ("servicio-avisos", "${AVISOS_REGLAS:-/dev/null}", "/avisos.yml"),
        ("servicio-avisos", "${AVISOS_CANALES:-/dev/null}", "/canales.yml"),
        ("puertas", "${USUARIOS:-/dev/null}", "/usuarios"),
        ("puertas", "${TLS_CERTIFICADO:-/dev/null}", "/tls.crt"),
        ("puertas", "${TLS_CLAVE:-/dev/null}", "/tls.key"),
        ("reverse-proxy", "${USUARIOS:-/dev/null}", "/usuarios"),
        ("reverse-proxy", "${TLS_CERTIFICADO:-/dev/null}", "/tls.crt"),
        ("reverse-proxy", "${TLS_CLAVE:-/dev/null}", "/tls.key"),
    }
    told = [value for part in PARTS.values() for value in (part.get("environment") or {}).values()]
    for _, source, target in given:
        assert source.replace(":-/dev/null", f":+{target}") in told
