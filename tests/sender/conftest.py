from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_stack import VirtualHost
from tests.sender.intake_service import Service, serving


@pytest.fixture
def service(vhost: VirtualHost, tmp_path: Path) -> Iterator[Service]:
    """Intake and analytics on a fresh virtual host of the shared node."""
    with serving(vhost, tmp_path) as service:
        yield service
