"""The intake and the analytics as real processes on one virtual host."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import httpx

from tests.broker_stack import VirtualHost
from tests.contracts.answers import described
from tests.foreign_publisher import read, wait_for
from tests.port_ranges import free_ports
from tests.stack import ROOT, Part, answers, python_part

NDJSON = {"Content-Type": "application/x-ndjson"}


class Service:
    """`entrada` and `servicio-analiticas`, each a part that a test may stop and start."""

    def __init__(self, vhost: VirtualHost, folder: Path, settings: dict[str, object]) -> None:
        port, reporte_port = free_ports(2)
        self.vhost = vhost
        self.port = port
        self.url = f"http://127.0.0.1:{port}/eventos"
        self.report_url = f"http://127.0.0.1:{reporte_port}/reporte"
        self.entrada = entrada_part(vhost.settings, folder, port, settings)
        self.analytics = python_part(
            "servicio-analiticas",
            "servicio-analiticas/analiticas.py",
            vhost.settings | {"REPORTE_PORT": reporte_port, "STORE_PATH": folder / "pulso.db"},
            folder,
        )

    def post(
        self, body: object, headers: Mapping[str, str | bytes] | None = None, url: str = ""
    ) -> httpx.Response:
        """POST an event or events as JSON; bytes, or what yields them, as they are."""
        content = json.dumps(body).encode() if isinstance(body, dict | list) else body
        answer = httpx.post(
            url or self.url,
            content=cast("bytes | Iterator[bytes]", content),
            headers=dict(headers or {}),  # type: ignore[arg-type]  # bytes are fine
            timeout=20,
            trust_env=False,
        )
        return described(answer)

    def counted_at_least(self, total: int) -> None:
        wait_for(self.report_url, lambda report: report["total"] >= total, 15)

    def counted(self, total: int, seconds: float = 15) -> dict[str, int]:
        """Wait until *total* events are counted; return the clients' counts."""
        report = wait_for(self.report_url, lambda r: r["total"] >= total, seconds)
        assert report["total"] == total
        return dict(report["clientes"])

    def ledger(self) -> dict[str, int]:
        """Messages by what became of them."""
        return dict(read(f"{self.report_url}/libro")["mensajes"])


def entrada_part(
    amqp: dict[str, str], folder: Path, port: int, settings: dict[str, object]
) -> Part:
    """The intake, not started; ready when it would take events."""
    inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR")}
    given = {"PYTHONUNBUFFERED": "1", "ENTRADA_PORT": port, **amqp, **settings}
    return Part(
        "entrada",
        [sys.executable, str(ROOT / "sender/app.py"), "servir"],
        inherited | {name: str(value) for name, value in given.items()},
        folder,
        lambda _: answers(f"http://127.0.0.1:{port}/readyz"),
    )


@contextmanager
def serving(vhost: VirtualHost, folder: Path, **settings: object) -> Iterator[Service]:
    """Both parts at work, the intake with *settings* beside the broker's."""
    service = Service(vhost, folder, settings)
    try:
        service.analytics.start()
        service.entrada.start()
        yield service
    finally:
        service.entrada.kill()
        service.analytics.kill()
