"""No secret is in a manifest, and no pod may do more than it needs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from make_secrets import files_of
from tests.kubernetes.kustomized import KUBERNETES, ROOT, Manifest, manifests
from tests.kubernetes.pods import Pod, pods, secrets_of

PARTS = {
    (folder, name): pod
    for folder in ("base", "ha", "observability")
    for name, pod in pods(manifests(folder)).items()
}
every_pod = pytest.mark.parametrize(
    "pod", PARTS.values(), ids=[f"{folder} {name}" for folder, name in PARTS]
)
BY_OPERATORS = {
    "rabbitmq-service-default-user": {"username", "password"},
    "almacen-app": {"password"},
    "almacen-ca": {"ca.crt"},
}
"""Secrets that an operator makes beside a cluster, and what of them is read."""
KEYS = {name: text for name, text in files_of("o", "p", "k").items() if not name.endswith(".env")}


def test_no_secret_is_written_down() -> None:
    """No manifest is a Secret or makes one, and no variable of a password has a value."""
    texts = [path.read_text() for path in KUBERNETES.rglob("*.*")]
    assert not [
        text for text in texts if re.search(r"kind: Secret$|secretGenerator", text, re.MULTILINE)
    ]
    assert not [text for text in texts if re.search(r"://[^/@\s]+:[^/@\s]+@", text)]

    for each in (each for folder in ("base", "ha") for each in manifests(folder)):
        for name, value in variables(each):
            secret = re.search("PASSWORD|PASS$|CLAVE$|_KEY$|TOKEN", name)
            assert not secret or name == "STORE_PASSWORD_FILE" or value is None


def variables(found: Manifest) -> list[tuple[str, str | None]]:
    if found["kind"] == "ConfigMap":
        return list(found["data"].items())
    named = pods([found]).values()
    return [
        (each["name"], each.get("value"))
        for pod in named
        for container in pod.containers
        for each in container.get("env", [])
    ]


@every_pod
def test_secrets_are_those_that_are_made(pod: Pod) -> None:
    """Each comes from a file that `make secretos` writes, or from an operator."""
    made = BY_OPERATORS | {"puertas": set(KEYS)}
    for name, text in files_of("o", "p", "k", ["e"]).items():
        if name.endswith(".env"):
            made[name.removesuffix(".env")] = set(re.findall(r"^(\w+)=", text, re.MULTILINE))

    for name, key in secrets_of(pod):
        assert name in made
        assert key is None or key in made[name]


def test_the_document_makes_them() -> None:
    """Every Secret that is no operator's stands in the commands of docs/kubernetes.md."""
    text = (ROOT / "docs" / "kubernetes.md").read_text()
    (loop,) = re.findall(r"for name in ([\w ]+); do", text)
    told = {*loop.split(), *re.findall(r"create secret (?:generic|tls) ([\w-]+)", text)}
    named = {name for pod in PARTS.values() for name, _ in secrets_of(pod)}
    tls = {
        entry["secretName"]
        for each in manifests("base")
        if each["kind"] == "Ingress"
        for entry in each["spec"]["tls"]
    }

    assert (named | tls) - BY_OPERATORS.keys() <= told


@every_pod
def test_restricted(pod: Pod) -> None:
    """What the Pod Security Standards call `restricted`, and a read-only root file system."""
    context = pod.spec["securityContext"]

    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not pod.spec.keys() & {"hostNetwork", "hostPID", "hostIPC", "hostUsers"}
    for container in pod.containers:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert not [port for port in container.get("ports", []) if "hostPort" in port]
    for volume in pod.spec["volumes"]:
        (kind,) = volume.keys() - {"name"}
        assert kind in {"emptyDir", "configMap", "secret", "projected", "persistentVolumeClaim"}


@every_pod
def test_nothing_is_slipped_in(pod: Pod) -> None:
    """A pod has no account of Kubernetes, and no variables but those that are written here."""
    assert pod.spec["automountServiceAccountToken"] is False
    assert pod.spec["enableServiceLinks"] is False, "Service entrada would set ENTRADA_PORT"


def test_the_namespace_insists() -> None:
    """Kubernetes refuses any other pod, an operator's too."""
    (namespace,) = [each for each in manifests("base") if each["kind"] == "Namespace"]
    labels: dict[str, Any] = namespace["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@every_pod
def test_mounts(pod: Pod) -> None:
    """Each mount has a volume, each volume a mount; a claim and a ConfigMap are there."""
    found = [e for folder in ("base", "ha", "observability") for e in manifests(folder)]
    mounted = {each["name"] for c in pod.containers for each in c["volumeMounts"]}
    claims = {
        claim["metadata"]["name"]
        for each in found
        if each["kind"] == "StatefulSet" and each["metadata"]["name"] == pod.name
        for claim in each["spec"]["volumeClaimTemplates"]
    }
    names = {(each["kind"], each["metadata"]["name"]) for each in found}

    assert mounted == {each["name"] for each in pod.spec["volumes"]} | claims
    for volume in pod.spec["volumes"]:
        for source in volume.get("projected", {}).get("sources", [volume]):
            if "persistentVolumeClaim" in source:
                claim = source["persistentVolumeClaim"]["claimName"]
                assert ("PersistentVolumeClaim", claim) in names
            if "configMap" in source:
                assert ("ConfigMap", source["configMap"]["name"]) in names
