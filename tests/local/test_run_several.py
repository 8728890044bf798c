"""`make run ALMACEN=postgres ANALITICAS=2` for real: its own PostgreSQL, and two that count."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.foreign_publisher import wait_for
from tests.local.conftest import Launch
from tests.local.test_make_run import gone, open_to_others, pids, until
from tests.port_ranges import free_ports
from tests.stack import HTTP, answers


def total_at(reporte: str) -> int:
    """0 while nobody answers: the proxy takes a moment to notice that one is gone."""
    answer = HTTP.get(reporte, timeout=5)
    return int(answer.json()["total"]) if answer.is_success else 0


def test_several_count_stop_and_go_on(
    launch: Launch, ports: dict[str, int], tmp_path: Path
) -> None:
    """Both answer by one address; one that is killed comes back; the next run counts on."""
    folder = tmp_path / "100 % ñ"
    database, second = free_ports(2)
    several = {"ALMACEN": "postgres", "ANALITICAS": "2"}
    several |= {"POSTGRES_PORT": str(database), "ANALITICAS_PORT": str(second)}
    reporte = f"http://127.0.0.1:{ports['WEB_PORT']}/reporte"
    launcher = launch(folder, **several)
    launcher.wait_ready(90)

    wait_for(f"{reporte}/estado", lambda state: state["instancias"] == 2)
    total = wait_for(reporte, lambda report: report["total"] > 3)["total"]
    assert open_to_others(folder) == []
    assert "topologia ended by itself" not in (folder / "log" / "run.log").read_text()
    first = pids(folder)
    os.kill(first["servicio-analiticas"], signal.SIGKILL)
    until(lambda: not answers(f"http://127.0.0.1:{ports['REPORTE_PORT']}/livez"))
    until(lambda: total_at(reporte) > total)
    until(lambda: answers(f"http://127.0.0.1:{ports['REPORTE_PORT']}/livez"))
    assert HTTP.get(f"http://127.0.0.1:{ports['PANEL_PORT']}/readyz").status_code == 200

    last = pids(folder)
    os.kill(launcher.pid, signal.SIGINT)
    assert launcher.wait(20) == 0
    assert [name for name, pid in last.items() if not gone(pid)] == []

    again = launch(folder, **several)
    again.wait_ready(90)
    assert wait_for(reporte, lambda report: report["total"] >= total)["version"] > 1
    last = pids(folder)
    again.kill()
    until(lambda: all(gone(pid) for pid in last.values()))
