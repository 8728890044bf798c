"""The compose file with that of PostgreSQL laid over it: three analytics count together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compose_project import ROOT, Project, docker, free_ports, wait_until, why_not

IMAGE = "postgres:17-alpine"
OVERLAY = ROOT / "servicio-analiticas" / "postgres.compose.yml"
ANALYTICS = ("servicio-analiticas", "servicio-analiticas-2", "servicio-analiticas-3")
KILLED = ("almacen-postgres", *ANALYTICS)
LOAD = ("--duracion", "60s", "--tasa", "200", "--visores", "20", "--clientes", "30")


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
    words = ("--profile", "carga", "run", "--rm", "-T", "--no-deps", "--build", "carga")
    load = several.begin(*words, "--semilla", "8", *LOAD)
    try:
        wait_until(lambda: "sim-8-001" in several.report()["clientes"], 60, "the load began")
        for part in KILLED:
            before = several.parts()
            several.kill(part)
            several.wait_back(before, part, limit=60)
        said, _ = load.communicate(timeout=180)
    finally:
        load.kill()

    assert load.returncode == 0, said[-3000:]
    assert "Exact: 12,000 events confirmed, as many counted, and all 20 viewers" in said
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
