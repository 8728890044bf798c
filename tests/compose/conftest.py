from __future__ import annotations

from collections.abc import Iterator

import pytest

from compose_project import Project, free_ports, why_not


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """The whole demo, healthy; gone afterwards, with its volumes and images."""
    if reason := why_not():
        pytest.skip(reason)
    ports = free_ports()
    project = Project(f"pulso-test-{ports['WEB_PORT']}", ports)
    try:
        project.up()
        yield project
    finally:
        project.compose("down", "--volumes", "--rmi", "local", "--timeout", "5", timeout=120)
