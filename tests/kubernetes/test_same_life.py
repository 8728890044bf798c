"""kubernetes/ asks after, bounds and keeps what docker-compose.yml does, and as the same users."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.compose.compose_file import FOLDERS, PARTS, ROOT, lines_of
from tests.compose.compose_file import environment as of_compose
from tests.kubernetes.kustomized import manifests
from tests.kubernetes.pods import containers

ALL = [*manifests("base"), *manifests("observability")]
OURS = containers(ALL)
every_container = pytest.mark.parametrize("name", OURS)


@pytest.mark.parametrize("name", [n for n in OURS if "healthcheck" in PARTS[n]])
def test_health_checks(name: str) -> None:
    """What compose asks is asked here: by HTTP at the same path, or by the same command."""
    _, container = OURS[name]
    assert asked_by_compose(name) in asked(container)
    assert "readinessProbe" in container
    if asked_by_compose(name)[0] != "exec":
        assert "livenessProbe" in container, "one that hangs is started again"


def asked(container: dict[str, Any]) -> list[tuple[str, ...]]:
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    found: list[tuple[str, ...]] = []
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        probe = container.get(kind, {})
        if "httpGet" in probe:
            found.append((str(ports[probe["httpGet"]["port"]]), probe["httpGet"]["path"]))
        if "exec" in probe:
            found.append(("exec", *probe["exec"]["command"]))
    return found


def asked_by_compose(name: str) -> tuple[str, ...]:
    command = [word.replace("$$", "$") for word in PARTS[name]["healthcheck"]["test"][1:]]
    if command == ["traefik", "healthcheck"]:
        assert dict(lines_of("reverse-proxy/traefik.env"))["TRAEFIK_PING_ENTRYPOINT"] == "traefik"
        return of_compose(name)["TRAEFIK_ENTRYPOINTS_TRAEFIK_ADDRESS"].strip(":"), "/ping"
    address = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w/-]+)", command[-1])
    return address.groups() if address else ("exec", *command)


@every_container
def test_bounds(name: str) -> None:
    """Memory, time to stop and room in /tmp are compose's."""
    pod, container = OURS[name]
    part = PARTS[name]
    amount, unit = re.fullmatch(r"(\d+)([mg])", part["mem_limit"]).groups()  # type: ignore[union-attr]
    limits = container["resources"]["limits"]

    assert limits == {"memory": f"{amount}{unit.upper()}i"}
    if container not in pod.spec.get("initContainers", []):
        grace = pod.spec.get("terminationGracePeriodSeconds")
        assert part.get("stop_grace_period", f"{grace}s") == f"{grace}s"
    assert {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}} in pod.spec[
        "volumes"
    ]


@every_container
def test_users(name: str) -> None:
    """Who a process runs as is compose's user, or its image's."""
    pod, _ = OURS[name]
    given = pod.spec["securityContext"]
    if name in FOLDERS:
        text = (ROOT / FOLDERS[name] / "Dockerfile").read_text()
        *_, user = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    else:
        user = PARTS[name]["user"].replace("rabbitmq", "999:999")

    assert f"{given['runAsUser']}:{given['runAsGroup']}" == user


@every_container
def test_lasting_data(name: str) -> None:
    """What compose keeps in a volume is kept, at the same place or below it."""
    pod, container = OURS[name]
    kept = {v.split(":")[1] for v in PARTS[name].get("volumes", []) if isinstance(v, str)}
    kept = {path for path in kept if not path.startswith(("/etc/", "/rev", "/rabbit", "/guard"))}
    claims = {v["name"] for v in pod.spec["volumes"] if "persistentVolumeClaim" in v}
    claims |= {
        claim["metadata"]["name"]
        for each in ALL
        if each["kind"] == "StatefulSet" and each["metadata"]["name"] == pod.name
        for claim in each["spec"]["volumeClaimTemplates"]
    }
    mounted = {m["mountPath"] for m in container["volumeMounts"] if m["name"] in claims}

    assert len(mounted) == len(kept)
    assert all(any(path.startswith(each) for each in kept) for path in mounted)
