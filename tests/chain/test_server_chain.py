"""The analytics service with its counts in PostgreSQL, on the real broker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.broker_stack import VirtualHost
from tests.foreign_publisher import amqp_publish, publish, read, wait_for
from tests.port_ranges import free_ports
from tests.postgres_stack import FAST, Postgres
from tests.stack import HTTP, Part, answers, python_part
from tests.topology_job import declare_topology


@pytest.fixture(name="server")
def _server() -> Iterator[Postgres]:
    with Postgres(FAST).at_work() as server:
        yield server


@pytest.fixture(name="analytics")
def _analytics(server: Postgres, vhost: VirtualHost, tmp_path: Path) -> Iterator[Part]:
    (port,) = free_ports(1)
    settings = vhost.settings | {"REPORTE_PORT": str(port), "STORE_URL": server.fresh()}
    part = python_part("analiticas", "servicio-analiticas/analiticas.py", settings, tmp_path)
    declare_topology(vhost)
    try:
        part.start()
        yield part
    finally:
        part.kill()


async def test_the_server_goes_and_comes(
    analytics: Part, server: Postgres, vhost: VirtualHost
) -> None:
    """What was counted is told on, the rest waits, is told of, and counts once afterwards."""
    report = f"http://127.0.0.1:{analytics.environment['REPORTE_PORT']}/reporte"
    ready = report.replace("/reporte", "/readyz")
    await publish(vhost, {"cliente": "a"}, "uno")
    wait_for(report, lambda r: r["total"] == 1)

    server.kill()
    wait_for(f"{report}/estado", lambda state: state["almacen"] == "en_pausa")
    await publish(vhost, {"cliente": "a"}, "dos")
    await publish(vhost, {"cliente": "a"}, "uno")
    amqp_publish(vhost, json.dumps({"cliente": "b"}))
    refused = HTTP.get(f"{report}/rechazados", timeout=5)
    assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
    assert HTTP.get(f"{report}/historia", timeout=5).status_code == 503
    assert read(report)["clientes"] == {"a": 1}
    assert answers(ready, 503)
    server.part.start()

    assert wait_for(report, lambda r: r["total"] == 3, 30)["clientes"] == {"a": 2, "b": 1}
    wait_for(f"{report}/estado", lambda state: state["almacen"] == "ok")
    assert read(f"{report}/libro")["mensajes"]["duplicados"] == 1
    assert sum(read(f"{report}/historia")["series"][0]["puntos"]) > 0
    assert analytics.stop() == 0
    assert "Traceback" not in analytics.log
