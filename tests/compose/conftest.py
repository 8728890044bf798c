from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.compose_project import Project, free_ports, why_not

LONG = (
    *("test_compose_closed.py", "test_compose_kill.py", "test_compose_scale.py"),
    "test_compose_several.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what takes minutes to a verb of its own: `make test-compose`."""
    if os.environ.get("COMPOSE_TESTS") != "all":
        later = pytest.mark.skip(reason="takes minutes, which make test has not: make test-compose")
        for item in items:
            if item.path.name in LONG:
                item.add_marker(later)


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    """The whole demo, healthy; gone afterwards, with its volumes and images. Tests leave it so."""
    if reason := why_not():
        pytest.skip(reason)
    ports = free_ports()
    project = Project(f"pulso-test-{ports['WEB_PORT']}", ports)
    try:
        project.up()
        yield project
    finally:
        project.compose(
            "--profile",
            "carga",
            "down",
            "--volumes",
            "--rmi",
            "local",
            "--timeout",
            "5",
            timeout=120,
        )
