"""The compose file with that of PostgreSQL laid over it: three analytics count together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compose.load_while_killed import load_while_killed
from tests.compose_project import ROOT, Project, docker, free_ports, wait_until, why_not

IMAGE = "postgres:17-alpine"
OVERLAY = ROOT / "servicio-analiticas" / "postgres.compose.yml"
ANALYTICS = ("servicio-analiticas", "servicio-analiticas-2", "servicio-analiticas-3")
KILLED = ("almacen-postgres", *ANALYTICS)


@pytest.fixture(scope="module")
def several() -> Iterator[Project]:
    """All but the demo's clients; gone afterwards."""
    if reason := why_not(IMAGE):
        pytest.skip(reason)
    ports = free_ports()
    project = Project(f"pulso-test-{ports['WEB_PORT']}", ports, overlays=(OVERLAY,))
    try:
        project.up("reverse-proxy", *KILLED)
        yield project
    finally:
        project.compose(
            *("--profile", "carga", "down", "--volumes", "--rmi", "local", "--timeout", "5"),
            timeout=120,
        )


def test_each_killed_in_turn_under_load(several: Project) -> None:
    """Exact, on every screen; and all three are there in the end."""
    load_while_killed(several, KILLED)

    wait_until(lambda: several.get("/reporte/estado")["instancias"] == 3, 30, "three count")


def test_the_server_stops_in_order(several: Project) -> None:
    """With 0, so that nothing has to be recovered; and it goes on with what it had."""
    before = several.parts()
    total = several.report()["total"]
    server = before["almacen-postgres"]["Id"]

    assert docker("stop", "--time", "30", server).returncode == 0
    code = docker("inspect", "-f", "{{.State.ExitCode}}", server).stdout.strip()
    assert docker("start", server).returncode == 0
    several.wait_back(before, "almacen-postgres", limit=60)

    assert code == "0"
    assert several.report()["total"] == total
