"""What a running `docker compose up` survives: parts killed, started in any order, moved."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.load_while_killed import load_while_killed
from tests.compose_project import PARTS, Project, docker, free_ports

THREE = ("rabbitmq-service", "servicio-analiticas", "panel-visual")
COPY = "/datos/copia.db"


@pytest.mark.parametrize("order", list(itertools.permutations(THREE)), ids=" ".join)
def test_start_by_hand(project: Project, order: tuple[str, ...]) -> None:
    """Broker, analytics and panel are healthy within 60 s, whichever starts first."""
    before = project.parts()
    for part in reversed(order):
        assert docker("stop", "--time", "10", before[part]["Id"]).returncode == 0

    for part in order:
        assert docker("start", before[part]["Id"]).returncode == 0

    project.wait_back(before, *order, limit=60)


def test_a_stop_is_clean(project: Project) -> None:
    """Each service of ours ends with 0 when it is told to, as process 1 of its container."""
    before = project.parts()
    services = ("servicio-analiticas", "panel-visual", "servicio-avisos", "entrada")
    ours = (*services, "cliente-uno", "cliente-dos")

    assert project.compose("stop", *ours).returncode == 0
    states = {
        name: docker("inspect", "-f", "{{.State.ExitCode}}", before[name]["Id"]).stdout.strip()
        for name in ours
    }
    for name in ours:
        assert docker("start", before[name]["Id"]).returncode == 0
    project.wait_back(before, *ours, limit=60)

    assert states == dict.fromkeys(ours, "0")


def test_each_part_killed_in_turn_under_load(project: Project) -> None:
    """Events confirmed = events counted = what every viewer ends with, for each client."""
    load_while_killed(project, sorted(PARTS))


@pytest.fixture
def second(project: Project) -> Iterator[Project]:
    """Another project beside the first, of the same images, without demo clients."""
    other = Project(f"{project.name}-b", free_ports())
    try:
        yield other
    finally:
        other.compose("down", "--volumes", "--rmi", "local", "--timeout", "5", timeout=120)


def test_a_backup_moves_to_another_project(
    project: Project, second: Project, tmp_path: Path
) -> None:
    """A copy made while the service runs shows elsewhere, in a second project, the same report."""
    copy = tmp_path / "copia.db"
    assert project.compose("stop", "cliente-uno", "cliente-dos").returncode == 0
    done = project.inside("servicio-analiticas", "python", "almacen.py", "respaldar", COPY)
    assert done.returncode == 0, done.stderr
    assert project.compose("cp", f"servicio-analiticas:{COPY}", str(copy)).returncode == 0
    assert project.inside("servicio-analiticas", "rm", COPY).returncode == 0
    shown = project.report()
    assert project.compose("start", "cliente-uno", "cliente-dos").returncode == 0
    copy.chmod(0o644)

    second.up("reverse-proxy")
    assert second.report()["total"] == 0
    assert second.compose("stop", "servicio-analiticas").returncode == 0
    mount = f"{copy}:/copia.db:ro"
    words = ("run", "--rm", "-T", "--no-deps", "-v", mount, "servicio-analiticas")
    done = second.compose(*words, "python", "almacen.py", "restaurar", "/copia.db")
    assert done.returncode == 0, done.stderr
    second.up("reverse-proxy")

    moved = second.report()
    assert moved.pop("epoca") != shown.pop("epoca"), "panels must know that numbers jumped"
    assert moved == shown


def test_output_of_a_load_run(project: Project) -> None:
    """The reports leave the volume as docs/operations.md says."""
    words = ("--profile", "carga", "run", "--rm", "-T", "--no-deps", "--entrypoint", "tar")
    done = project.compose(*words, "carga", "-cC", "/informes", ".", text=False)
    listed = subprocess.run(["tar", "-t"], input=done.stdout, capture_output=True, check=True)

    assert b"reporte.html" in listed.stdout
