"""The alert service as a real process."""

from __future__ import annotations

from pathlib import Path

from tests.port_ranges import free_ports
from tests.stack import Part, python_part

NAME = "servicio-avisos"


def alert_part(
    folder: Path, report_port: int, rules: str = "", channels: str = ""
) -> tuple[Part, str]:
    """By these two files, not started, and the address that it will have."""
    (port,) = free_ports(1)
    settings: dict[str, object] = {
        "REPORTE_URL": f"http://127.0.0.1:{report_port}",
        "AVISOS_PORT": port,
        "AVISOS_STORE_PATH": folder / "avisos.db",
    }
    for variable, text in (("AVISOS_REGLAS", rules), ("AVISOS_CANALES", channels)):
        if text:
            path = folder / f"{variable.lower()}.yml"
            path.write_text(text)
            settings[variable] = path
    part = python_part(NAME, "servicio-avisos/avisos.py", settings, folder)
    return part, f"http://127.0.0.1:{port}"
