"""The pods that manifests ask for, and what reaches a container of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.compose.compose_file import lines_of
from tests.kubernetes.kustomized import Manifest

WORKLOADS = ("Deployment", "StatefulSet", "Job")


@dataclass(frozen=True)
class Pod:
    """One kind of pod: by the name of what makes it."""

    name: str
    labels: dict[str, str]
    spec: dict[str, Any]

    @property
    def containers(self) -> list[dict[str, Any]]:
        """Those that run first, too."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def ports(self) -> set[int]:
        return {port["containerPort"] for c in self.containers for port in c.get("ports", [])}


def pods(found: Iterable[Manifest]) -> dict[str, Pod]:
    return {
        each["metadata"]["name"]: Pod(
            each["metadata"]["name"],
            each["spec"]["template"]["metadata"]["labels"],
            each["spec"]["template"]["spec"],
        )
        for each in found
        if each["kind"] in WORKLOADS
    }


def containers(found: Iterable[Manifest]) -> dict[str, tuple[Pod, dict[str, Any]]]:
    """Every container of ours by its name, which is that of a service of compose."""
    return {c["name"]: (pod, c) for pod in pods(found).values() for c in pod.containers}


def environment(found: Iterable[Manifest], container: dict[str, Any]) -> dict[str, str]:
    """What the container gets; of Secrets, the demo's values that compose takes in their place."""
    maps = {m["metadata"]["name"]: m["data"] for m in found if m["kind"] == "ConfigMap"}
    given: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            given |= maps[source["configMapRef"]["name"]]
        else:
            given |= demo_secret(source["secretRef"]["name"])
    own = {each["name"]: each["value"] for each in container.get("env", []) if "value" in each}
    return given | own


def demo_secret(name: str) -> dict[str, str]:
    folder = "observability/grafana" if name == "grafana" else "rabbitmq/demo"
    file = "demo" if name == "grafana" else name
    return dict(lines_of(f"{folder}/{file}.env"))


def secrets_of(pod: Pod) -> Iterator[tuple[str, str | None]]:
    """Each Secret that it names, with the key; None: all of its keys."""
    for container in pod.containers:
        for source in container.get("envFrom", []):
            if "secretRef" in source:
                yield source["secretRef"]["name"], None
        for each in container.get("env", []):
            if reference := each.get("valueFrom", {}).get("secretKeyRef"):
                yield reference["name"], reference["key"]
    for volume in pod.spec.get("volumes", []):
        for source in volume.get("projected", {}).get("sources", [volume]):
            if secret := source.get("secret"):
                name = secret.get("secretName") or secret["name"]
                for item in secret["items"]:
                    yield name, item["key"]
