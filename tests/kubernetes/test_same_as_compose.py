"""kubernetes/ runs what docker-compose.yml runs: images, settings, ports, health checks, bounds."""

from __future__ import annotations

import re

import pytest

from tests.compose.compose_file import (
    COMPOSE,
    DOT_ENV,
    LASTING,
    PARTS,
    READERS,
    ROOT,
    interpolated,
    lines_of,
)
from tests.compose.compose_file import environment as of_compose
from tests.kubernetes.kustomized import KUBERNETES, manifests
from tests.kubernetes.pods import containers, environment, pods

ALL = [*manifests("base"), *manifests("observability")]
OURS = containers(ALL)
CONFIGURED = [name for name in OURS if name not in READERS]
CLOSED = {
    "ENTRADA_SIN_CLAVES": "",
    "ENTRADA_CLAVES": "/claves",
    "USERS_FILE": "/usuarios",
    "USUARIOS": "/usuarios",
}
"""As reverse-proxy/server.compose.yml has it: nobody gets in without a password."""
ELSEWHERE = {"carga"}
"""A run that somebody starts by hand, for a terminal."""
every_container = pytest.mark.parametrize("name", OURS)


def test_every_part_is_there() -> None:
    """Each service of compose is a container here, and nothing else is."""
    assert OURS.keys() == PARTS.keys() - ELSEWHERE


@every_container
def test_images(name: str) -> None:
    """An image of ours is named as compose names what it builds; others have compose's tag."""
    image = OURS[name][1]["image"]

    if "build" in PARTS[name]:
        built = image.removeprefix(f"{COMPOSE['name']}-")
        assert PARTS[built]["build"]["dockerfile"] == PARTS[name]["build"]["dockerfile"]
    else:
        assert image == interpolated(PARTS[name]["image"])


@pytest.mark.parametrize("name", READERS)
def test_settings(name: str) -> None:
    """Each service comes to the settings that it has in compose, doors closed."""
    _, read = READERS[name]
    closed = {key: value for key, value in CLOSED.items() if key in of_compose(name)}

    assert read(environment(ALL, OURS[name][1])) == read(of_compose(name) | closed)


@pytest.mark.parametrize("name", CONFIGURED)
def test_variables(name: str) -> None:
    """What is no program of ours is told the same; credentials come from Secrets."""
    container = OURS[name][1]
    expected = of_compose(name)
    if isinstance(file := PARTS[name].get("env_file"), str):
        expected |= dict(lines_of(file))
    expected |= {key: value for key, value in CLOSED.items() if key in expected}
    by_reference = {each["name"] for each in container.get("env", []) if "valueFrom" in each}

    given = environment(ALL, container)
    told = {key: value for key, value in expected.items() if value and key not in by_reference}

    assert {key: given.get(key) for key in told} == told
    assert {key for key in by_reference if key not in expected} <= {"OPERADOR_ANTERIORES"}


def test_settings_are_those_of_dot_env() -> None:
    """Each line is one of .env, with its value; others are addresses, the proxy's, `make run`'s."""
    said = dict(lines_of("kubernetes/common/settings.env"))
    elsewhere = r".*_(HOST|PORT|IMAGE|USER|PASSWORD)|USUARIOS|ENTRADA_CLAVES"
    elsewhere += r"|(STORE|RABBITMQ_TLS|TLS|ACME|AVISOS)_.*|ALMACEN|ANALITICAS"

    assert {key: DOT_ENV[key] for key in said} == said
    missing = {key for key in DOT_ENV.keys() - said if not re.fullmatch(elsewhere, key)}
    assert missing == {"EVENTS_PER_SECOND"}, "the demo's, whose default is that of .env"


@pytest.mark.parametrize("name", [name for name in READERS if name in LASTING])
def test_ports(name: str) -> None:
    """A container names the ports that its settings say, and no others."""
    pod, container = OURS[name]
    settings = READERS[name][1](environment(ALL, container))
    own = {field for field in settings.__struct_fields__ if field.endswith("_port")}
    own -= {"rabbitmq_port", "rabbitmq_management_port", "web_port"}

    assert pod.ports == {getattr(settings, field) for field in own}


def test_published_ports() -> None:
    """What compose publishes of others' programs listens here, too."""
    for name, part in PARTS.items():
        inside = {int(port.rpartition(":")[2]) for port in part.get("ports", [])}
        assert inside <= (OURS[name][0].ports if inside else set())


def test_addresses() -> None:
    """Every address in a variable is a Service, by the port that it has."""
    services = {each["metadata"]["name"]: each["spec"] for each in ALL if each["kind"] == "Service"}
    named = {
        (name, int(port))
        for _, container in OURS.values()
        for each in container.get("env", [])
        for name, port in re.findall(r"http://([\w-]+):(\d+)", each.get("value", ""))
    }

    assert len(named) >= 6
    for name, port in named:
        assert port in {each["port"] for each in services[name]["ports"]}


def test_services_lead_somewhere() -> None:
    """A Service selects one kind of pod, and each port is one that it names."""
    for each in ALL:
        if each["kind"] == "Service":
            spec = each["spec"]
            (pod,) = [p for p in pods(ALL).values() if spec["selector"].items() <= p.labels.items()]
            ports = [port for c in pod.containers for port in c.get("ports", [])]
            named = {port["name"]: port["containerPort"] for port in ports}
            assert all(named[port["targetPort"]] == port["port"] for port in spec["ports"])


def test_brokers_image_in_ha() -> None:
    """The three nodes are of compose's version, told compose's lines and two more."""
    (cluster,) = [each for each in manifests("ha") if each["kind"] == "RabbitmqCluster"]
    said = cluster["spec"]["rabbitmq"]["additionalConfig"].splitlines()
    lines = (ROOT / "rabbitmq" / "rabbitmq.conf").read_text().splitlines()

    assert cluster["metadata"]["name"] == "rabbitmq-service", "the name that services know"
    assert cluster["spec"]["image"] == DOT_ENV["RABBITMQ_IMAGE"]
    assert set(said) - {line for line in lines if line} == {
        "cluster_partition_handling = pause_minority",
        "queue_leader_locator = balanced",
    }
    assert {line for line in lines if line and not line.startswith("#")} <= set(said)
    terms = (ROOT / "rabbitmq" / "cluster.config").read_text().splitlines()
    told = cluster["spec"]["rabbitmq"]["advancedConfig"].split()
    assert " ".join(line for line in terms if not line.lstrip().startswith("%")).split() == told


def test_prometheus_asks_the_same() -> None:
    """The same jobs at the same pace; each by a name that has an address for each pod."""
    ours = (KUBERNETES / "observability" / "scrapes.yml").read_text()
    composes = (ROOT / "observability" / "prometheus.yml").read_text()
    headless = {
        each["metadata"]["name"]
        for each in ALL
        if each["kind"] == "Service" and each["spec"].get("clusterIP") == "None"
    }

    for pattern in (r"job_name: (\w+)", r"_interval: (\w+)"):
        assert re.findall(pattern, ours) == re.findall(pattern, composes)
    assert set(re.findall(r"names: \[([\w-]+)\], type: A, port: 9464", ours)) == headless
    assert len(headless) == 4
