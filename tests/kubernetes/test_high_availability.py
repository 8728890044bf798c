"""What makes `ha` survive a machine's end is in its manifests."""

from __future__ import annotations

import re
from typing import Any

import pytest

import analytics_settings
from tests.compose.compose_file import READERS, ROOT
from tests.kubernetes.kustomized import Manifest, manifests
from tests.kubernetes.pods import containers, environment, pods

HA = manifests("ha")
PODS = pods(HA)
SEVERAL = ("servicio-analiticas", "panel-visual", "entrada", "reverse-proxy")


def kind(name: str) -> list[Manifest]:
    return [each for each in HA if each["kind"] == name]


def test_a_commit_is_on_two_machines() -> None:
    """COMMIT waits for a standby, and only one that has everything is promoted."""
    (store,) = kind("Cluster")
    spec = store["spec"]

    assert spec["instances"] == 3
    assert spec["postgresql"]["synchronous"] == {
        "method": "any",
        "number": 1,
        "dataDurability": "required",
        "failoverQuorum": True,
    }
    assert spec["affinity"]["podAntiAffinityType"] == "required"


def test_brokers_are_apart() -> None:
    """Three nodes, each on a machine of its own, and a minority stops."""
    (broker,) = kind("RabbitmqCluster")
    (rule,) = broker["spec"]["affinity"]["podAntiAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]

    assert broker["spec"]["replicas"] == 3
    assert rule["labelSelector"]["matchLabels"] == {"app.kubernetes.io/name": "rabbitmq-service"}


@pytest.mark.parametrize("name", ["topologia", "servicio-analiticas", "entrada"])
def test_nodes_are_named_one_by_one(name: str) -> None:
    """As the operator calls them: a queue is declared once all of them are there."""
    (broker,) = kind("RabbitmqCluster")
    (container,) = PODS[name].spec["containers"]
    own = {each["name"]: each.get("value") for each in container["env"]}
    cluster = broker["metadata"]["name"]

    assert own["RABBITMQ_HOST"].split(",") == [
        f"{cluster}-server-{n}.{cluster}-nodes" for n in range(broker["spec"]["replicas"])
    ]


@pytest.mark.parametrize("name", ["servicio-analiticas", "servicio-avisos"])
def test_who_waits_for_a_store_is_left_alone(name: str) -> None:
    """For an hour; only then is it asked whether it lives."""
    (container,) = PODS[name].spec["containers"]
    start = container["startupProbe"]

    assert start["periodSeconds"] * start["failureThreshold"] >= 3600


@pytest.mark.parametrize("name", SEVERAL)
def test_replicas_are_apart(name: str) -> None:
    """Kubernetes prefers a machine where there is none of them yet."""
    pod = PODS[name]
    (rule,) = pod.spec["affinity"]["podAntiAffinity"][
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    chosen = rule["podAffinityTerm"]["labelSelector"]["matchLabels"]

    assert chosen.items() <= pod.labels.items()
    assert rule["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"


def test_budgets() -> None:
    """Of what is there several times, one goes at a time; what is there once may go."""
    budgets = {
        each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]: each["spec"]
        for each in kind("PodDisruptionBudget")
    }

    assert budgets.keys() == {*SEVERAL, "rabbitmq-service"}
    assert all(each["maxUnavailable"] == 1 for each in budgets.values())


def test_how_many() -> None:
    """Two at the least of each; whose number KEDA decides has none of its own."""
    scaled = {each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in kind("ScaledObject")}
    written = {
        each["metadata"]["name"]: each["spec"].get("replicas") for each in kind("Deployment")
    }

    assert scaled.keys() == {"servicio-analiticas", "panel-visual"}
    for name in SEVERAL:
        least = scaled[name]["minReplicaCount"] if name in scaled else written[name]
        assert least >= 2
        assert (written[name] is None) == (name in scaled)


def test_few_go_at_a_time() -> None:
    """After a quarter of an hour of less, one in five minutes."""
    for each in kind("ScaledObject"):
        down = each["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
        assert down["stabilizationWindowSeconds"] >= 600
        assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 300}]
        assert each["spec"]["fallback"]["replicas"] == each["spec"]["minReplicaCount"]


def test_what_is_asked_of_prometheus() -> None:
    """Metrics and labels that a service has, at the Service that there is."""
    names = {each["metadata"]["name"]: each["spec"] for each in kind("Service")}
    metrics = "".join(
        path.read_text() for pattern in ("*/*/*_metrics.py",) for path in ROOT.glob(pattern)
    )
    (port,) = names["prometheus"]["ports"]

    for each in kind("ScaledObject"):
        (trigger,) = each["spec"]["triggers"]
        (metric,) = re.findall(r"pulso_\w+", trigger["metadata"]["query"])
        assert f'"{metric}"' in metrics
        assert trigger["metadata"]["serverAddress"] == f"http://prometheus.pulso.svc:{port['port']}"
    assert '"ready"' in metrics


def test_panels_have_room() -> None:
    """The threshold is half of what a panel takes, so that the rest can take over one's viewers."""
    (panels,) = [e for e in kind("ScaledObject") if e["metadata"]["name"] == "panel-visual"]
    text = (ROOT / "docs" / "websocket.md").read_text()
    (most,) = re.findall(r"1013 \| full: ([\d,]+) viewers", text)

    assert 2 * int(panels["spec"]["triggers"][0]["metadata"]["threshold"]) == int(
        most.replace(",", "")
    )


def test_settings() -> None:
    """In `ha` a service is told only what it knows, and counts in PostgreSQL."""
    for name, (_, container) in containers(HA).items():
        if name in READERS:
            known = set(READERS[name][0].__struct_fields__)  # type: ignore[attr-defined]
            own = {each["name"] for each in container.get("env", [])}
            assert {each for each in own if each.lower() not in known} == set()
            READERS[name][1](environment(HA, container))
    assert set(ours("servicio-analiticas")) >= {"STORE_URL", "STORE_PASSWORD_FILE"}
    assert "STORE_PATH" not in ours("servicio-analiticas")


def ours(name: str) -> list[str]:
    return [each["name"] for each in containers(HA)[name][1]["env"]]


def test_programs() -> None:
    """A command is a file of the image's folder."""
    for name in ("topologia", "tablas"):
        _, file, *_ = containers(HA)[name][1]["command"]
        assert (ROOT / "servicio-analiticas" / file).is_file()


def test_a_report_is_told_as_long_as_one_answers() -> None:
    """It joins when it counts; then it is asked as long as it answers, so the page can say why."""
    container: dict[str, Any] = containers(HA)["servicio-analiticas"][1]
    port = analytics_settings.Settings().reporte_port

    assert container["startupProbe"]["httpGet"] == {"path": "/readyz", "port": "reporte"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/livez", "port": "reporte"}
    assert {"name": "reporte", "containerPort": port} in container["ports"]
    (one,) = [
        each
        for each in manifests("base")
        if (each["kind"], each["metadata"]["name"]) == ("Service", "servicio-analiticas")
    ]
    assert one["spec"]["publishNotReadyAddresses"] is True, "in `base` there is no other to ask"
