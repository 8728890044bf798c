"""The port of the metrics, as a setting like any other."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports
from tests.stack import python_part

SERVICES = {
    "servicio-analiticas": ("servicio-analiticas/analiticas.py", ("REPORTE_PORT",)),
    "panel-visual": ("panel-visual/panel.py", ("PANEL_PORT", "PUSH_PORT")),
    "servicio-avisos": ("servicio-avisos/avisos.py", ("AVISOS_PORT",)),
    "entrada": ("sender/app.py servir", ("ENTRADA_PORT",)),
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_busy_port_is_named(vhost: VirtualHost, tmp_path: Path, name: str) -> None:
    """The service ends, and its last line says which variable to set."""
    script, ports = SERVICES[name]
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = vhost.settings | dict(zip(ports, map(str, free_ports(len(ports))), strict=True))
        settings |= {"METRICS_PORT": str(other.getsockname()[1])}
        settings |= {"STORE_PATH": str(tmp_path / "pulso.db")}
        settings |= {"AVISOS_STORE_PATH": str(tmp_path / "avisos.db")}
        part = python_part(name, script, settings, tmp_path)
        part.start(wait=False)
        code = part.wait(20)

    assert code in (1, 2)
    assert "METRICS_PORT" in part.log.splitlines()[-1]
    assert "Traceback" not in part.log
