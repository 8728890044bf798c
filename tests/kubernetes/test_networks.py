"""Who may speak with whom: as in compose, and in `ha` with the counts' servers beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Any

import pytest

from tests.compose.compose_file import PARTS
from tests.kubernetes.kustomized import Manifest, manifests
from tests.kubernetes.pods import Pod, pods

BROKER, STORE, TOPOLOGY = "rabbitmq-service", "almacen", "topologia"
BASE = [*manifests("base"), *manifests("observability")]
HA = manifests("ha")
WITHIN = {"puertas": "reverse-proxy"}
"""What compose runs by itself and a pod here holds: it has the pod's networks."""

Pair = tuple[str, str]


def made_by_operators(found: Iterable[Manifest]) -> dict[str, Pod]:
    """
    The pods that RabbitMQ's operator and CloudNativePG make, with the labels that they give.

    The first gives none of the cluster's own, but merges what its `override` says
    (github.com/rabbitmq/cluster-operator, statefulset_test.go, "does not populate labels from the
    instance onto pods").
    """
    (cluster,) = [each for each in found if each["kind"] == "RabbitmqCluster"]
    template = cluster["spec"]["override"]["statefulSet"]["spec"]["template"]
    labels = template["metadata"]["labels"] | {"app.kubernetes.io/name": BROKER}
    return {
        BROKER: listening(BROKER, labels, 5672, 15672, 4369, 25672),
        STORE: listening(STORE, {"cnpg.io/cluster": STORE}, 5432, 8000),
    }


def listening(name: str, labels: dict[str, str], *ports: int) -> Pod:
    spec = {"containers": [{"ports": [{"containerPort": port} for port in ports]}]}
    return Pod(name, labels, spec)


def allowed(found: list[Manifest], of: dict[str, Pod]) -> set[Pair]:
    """Who reaches a port of whom, as Kubernetes reads the policies."""
    policies = [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]
    return {
        (one, other)
        for one, other in permutations(of, 2)
        if any(
            lets(policies, "Egress", of[one], of[other], port)
            and lets(policies, "Ingress", of[other], of[one], port)
            for port in of[other].ports
        )
    }


def lets(policies: list[dict[str, Any]], way: str, of: Pod, peer: Pod, port: int) -> bool:
    """A pod that no policy selects is free; any rule of those that do is enough."""
    mine = [p for p in policies if way in p["policyTypes"] and selects(p["podSelector"], of)]
    rules = [rule for policy in mine for rule in policy.get(way.lower(), [])]
    side = "to" if way == "Egress" else "from"
    return not mine or any(
        (side not in rule or any(is_peer(each, peer) for each in rule[side]))
        and ("ports" not in rule or port in {each["port"] for each in rule["ports"]})
        for rule in rules
    )


def is_peer(said: dict[str, Any], pod: Pod) -> bool:
    """A block of addresses may hold a pod's; another namespace holds none of ours."""
    return "ipBlock" in said or (
        "namespaceSelector" not in said and selects(said["podSelector"], pod)
    )


def selects(selector: dict[str, Any], pod: Pod) -> bool:
    assert selector.keys() <= {"matchLabels"}
    return bool(selector.get("matchLabels", {}).items() <= pod.labels.items())


def by_compose(of: dict[str, Pod]) -> set[Pair]:
    """Who shares a network of compose with whom, as far as the other one listens."""
    networks = {name: set(PARTS[name]["networks"]) for name in of if name in PARTS}
    for part, pod in WITHIN.items():
        assert set(PARTS[part]["networks"]) <= networks[pod]
    return {
        (one, other)
        for one, other in permutations(networks, 2)
        if networks[one] & networks[other] and of[other].ports
    }


def test_base_is_compose() -> None:
    """Exactly the pairs that share a network of compose."""
    of = pods(BASE)

    assert of.keys() | WITHIN.keys() | {"carga"} == PARTS.keys()
    assert allowed(BASE, of) == by_compose(of)
    assert ("panel-visual", BROKER) not in allowed(BASE, of)


def test_ha_is_compose_with_a_store_beside() -> None:
    """Who counts, and who makes the tables, reaches PostgreSQL; nobody else does."""
    of = pods(HA) | made_by_operators(HA)
    of_compose = {name: pod for name, pod in of.items() if name in PARTS}
    new = {("servicio-analiticas", STORE), (TOPOLOGY, STORE)}

    assert of.keys() - PARTS.keys() == {STORE}
    assert allowed(HA, of) == by_compose(of_compose) | new


def test_servers_and_brokers_reach_each_other() -> None:
    """Those of one cluster copy to one another, on ports of their own."""
    of = made_by_operators(HA)
    policies = [each["spec"] for each in HA if each["kind"] == "NetworkPolicy"]

    for pod in of.values():
        for port in pod.ports:
            assert lets(policies, "Egress", pod, pod, port)
            assert lets(policies, "Ingress", pod, pod, port)


@pytest.mark.parametrize(("found", "operators"), [(BASE, 0), (HA, 2)], ids=["base", "ha"])
def test_from_elsewhere(found: list[Manifest], operators: int) -> None:
    """From outside only the proxy's port is reached; in `ha` operators reach what is theirs."""
    open_to_all, from_namespaces = [], []
    for policy, rule in rules(found, "ingress"):
        if any("ipBlock" in each for each in rule.get("from", [])) or "from" not in rule:
            open_to_all.append((policy["podSelector"], rule["ports"]))
        from_namespaces += [e for e in rule.get("from", []) if "namespaceSelector" in e]

    assert open_to_all == [
        (
            {"matchLabels": {"app.kubernetes.io/name": "reverse-proxy"}},
            [{"protocol": "TCP", "port": 8080}],
        )
    ]
    assert len(from_namespaces) == operators
    assert all(each["namespaceSelector"].get("matchLabels") for each in from_namespaces)


@pytest.mark.parametrize("found", [BASE, HA], ids=["base", "ha"])
def test_to_elsewhere(found: list[Manifest]) -> None:
    """Names are looked up; only alerts go anywhere, and only operators' pods ask Kubernetes."""
    for policy, rule in rules(found, "egress"):
        chosen = policy["podSelector"].get("matchLabels", {})
        if "to" not in rule:
            ports = {each["port"] for each in rule["ports"]}
            operated = chosen in (
                {"cnpg.io/cluster": STORE},
                {"app.kubernetes.io/name": BROKER},
            )
            assert ports == ({443, 6443} if operated else {53})
        elif any("ipBlock" in each for each in rule["to"]):
            assert chosen == {"app.kubernetes.io/name": "servicio-avisos"}


def rules(found: list[Manifest], way: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for each in found:
        if each["kind"] == "NetworkPolicy":
            for rule in each["spec"].get(way, []):
                yield each["spec"], rule


@pytest.mark.parametrize("found", [BASE, HA], ids=["base", "ha"])
def test_what_is_not_allowed_is_refused(found: list[Manifest]) -> None:
    """A pod that is in no network reaches nobody, and nobody reaches it."""
    policies = [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]
    stranger, other = listening("x", {}, 80), listening("y", {}, 80)

    assert not lets(policies, "Egress", stranger, other, 80)
    assert not lets(policies, "Ingress", stranger, other, 80)
