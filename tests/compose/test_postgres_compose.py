"""The file that is laid over docker-compose.yml for several analytics on one PostgreSQL."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from analytics_settings import read_settings
from postgres.server_url import ServerUrl
from tests.compose.compose_file import ROOT

FILE = ROOT / "servicio-analiticas" / "postgres.compose.yml"
OVERLAY: dict[str, Any] = yaml.safe_load(FILE.read_text())
PARTS: dict[str, dict[str, Any]] = OVERLAY["services"]
ANALYTICS = [name for name in PARTS if name.startswith("servicio-analiticas")]
SERVER = "almacen-postgres"


def test_whoever_reads_knows_all_of_them() -> None:
    """Three, each under a name of its own, which their readers are told."""
    urls = ",".join(f"http://{name}:8091" for name in ANALYTICS)

    assert len(ANALYTICS) == 3
    for reader in ("panel-visual", "servicio-avisos", "reverse-proxy"):
        assert PARTS[reader]["environment"] == {"REPORTE_URL": urls}


def test_prometheus_asks_all_of_them() -> None:
    """One by its own configuration, the others by a file that lies where that looks."""
    source, target, _ = PARTS["prometheus"]["volumes"][0].split(":")
    jobs = yaml.safe_load((ROOT / "observability" / "prometheus.yml").read_text())["scrape_configs"]
    (job,) = [job for job in jobs if job["job_name"] == "analiticas"]
    (found,) = [each["files"] for each in job["file_sd_configs"]]
    listed = [*job["static_configs"], *yaml.safe_load((ROOT / source).read_text())]

    assert [fnmatch(target, pattern) for pattern in found] == [True]
    assert [t for each in listed for t in each["targets"]] == [f"{name}:9464" for name in ANALYTICS]


@pytest.mark.parametrize("name", ANALYTICS)
def test_each_counts_into_the_same_store(name: str) -> None:
    """With the password of a file, once queues and database are there."""
    part = PARTS[name]
    settings = read_settings(part["environment"] | {"WEB_ANFITRIONES": name})
    assert str(ServerUrl(settings.store_url)) == f"pulso on {SERVER}:5432"
    assert part["secrets"] == PARTS[SERVER]["secrets"] == ["almacen"]
    assert part["depends_on"] == {
        "topologia": {"condition": "service_completed_successfully"},
        SERVER: {"condition": "service_healthy"},
    }
    if name != "servicio-analiticas":
        assert name in part["environment"]["WEB_ANFITRIONES"].split(",")
        assert part["extends"]["service"] == "servicio-analiticas"


def test_nobody_else_reaches_the_database() -> None:
    """It has a network of its own, no port, and no right that it does not need."""
    part = PARTS[SERVER]
    members = [name for name, other in PARTS.items() if "almacen" in other.get("networks", [])]

    assert sorted(members) == sorted([SERVER, *ANALYTICS])
    assert part["networks"] == ["almacen"]
    assert not part.keys() & {"ports", "privileged", "cap_add"}
    assert (part["cap_drop"], part["read_only"]) == (["ALL"], True)
    assert part["mem_limit"]
    assert part["healthcheck"]["test"][0] == "CMD"


def test_who_makes_the_volume_the_servers() -> None:
    """Root in it has one right, no network, and ends before the server begins."""
    part = PARTS["almacen-carpeta"]

    assert part["entrypoint"] == ["chown", "postgres:postgres", "/var/lib/postgresql/data"]
    assert (part["cap_drop"], part["cap_add"], part["read_only"]) == (["ALL"], ["CHOWN"], True)
    assert part["network_mode"] == "none"
    assert part["volumes"] == PARTS[SERVER]["volumes"][:1]
    assert PARTS[SERVER]["depends_on"] == {
        "almacen-carpeta": {"condition": "service_completed_successfully"}
    }


def test_the_demo_has_a_password() -> None:
    """One line, for this machine only; STORE_PASSWORD_FILE names another one."""
    named = OVERLAY["secrets"]["almacen"]["file"]
    default = named.removeprefix("${STORE_PASSWORD_FILE:-").removesuffix("}")

    assert len((ROOT / default).read_text().splitlines()) == 1
