"""A load run through compose, whose parts are killed one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from tests.compose_project import Project, wait_until

LOAD = ("--duracion", "60s", "--tasa", "200", "--visores", "20", "--clientes", "30")


def load_while_killed(project: Project, parts: Sequence[str]) -> None:
    """Events confirmed = events counted = what every viewer ends with, for each client."""
    words = ("--profile", "carga", "run", "--rm", "-T", "--no-deps", "--build", "carga")
    load = project.begin(*words, "--semilla", "8", *LOAD)
    try:
        wait_until(lambda: "sim-8-001" in project.report()["clientes"], 60, "the load began")
        for part in parts:
            before = project.parts()
            project.kill(part)
            project.wait_back(before, part, limit=60)
        said, _ = load.communicate(timeout=180)
    finally:
        load.kill()

    assert load.returncode == 0, said[-3000:]
    assert "Exact: 12,000 events confirmed, as many counted, and all 20 viewers" in said
