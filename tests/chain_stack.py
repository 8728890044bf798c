"""The whole chain as real processes: broker, analytics, panel and proxy, on free ports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parts.proxy import Routes, proxy_command, proxy_environment
from tests.alert_part import alert_part
from tests.broker_stack import Broker, VirtualHost
from tests.port_ranges import free_ports
from tests.stack import Part, answers, python_part


@contextmanager
def private_chain(folder: Path) -> Iterator[Chain]:
    """A chain on a node of its own, both at work; data and logs lie in *folder*."""
    with (
        Broker(folder).at_work() as broker,
        broker.virtual_host() as vhost,
        Chain(vhost, folder).at_work() as chain,
    ):
        yield chain


class Chain:
    """
    Analytics, panel, intake and Traefik on one virtual host. Data and logs lie in *folder*.

    `parts` holds each by its compose name; `stop`, `kill` and `start` act on one of them.
    """

    def __init__(self, vhost: VirtualHost, folder: Path) -> None:
        self.vhost, self.folder = vhost, folder
        ports = free_ports(6)
        self.routes = Routes(*ports)
        web, dashboard = ports[:2]
        self.origin = f"http://127.0.0.1:{web}"
        self.web_url = f"{self.origin}/panel/"
        self.report_url = f"{self.origin}/reporte"
        self.intake_url = f"{self.origin}/eventos"
        self.ws_url = f"ws://127.0.0.1:{web}/panel/ws"
        self.dashboard_url = f"http://127.0.0.1:{dashboard}/dashboard/"
        self.store_path = folder / "pulso.db"
        self.alerts_url = ""  # once there is an alert service
        parts = (self._analytics(), self._panel(), self._intake(), self._proxy())
        self.parts = {part.name: part for part in parts}

    @property
    def amqp_settings(self) -> dict[str, str]:
        """The variables that a service reads to connect to this chain's broker."""
        return self.vhost.settings

    def start(self) -> None:
        """Start all parts at once and wait until each is ready."""
        for part in self.parts.values():
            part.start(wait=False)
        for part in self.parts.values():
            part.wait_ready()

    @contextmanager
    def at_work(self) -> Iterator[Chain]:
        """Started; discarded at the end."""
        try:
            self.start()
            yield self
        finally:
            self.discard()

    def mend(self) -> None:
        """Have all parts at work again, whatever a test did to them."""
        for part in self.parts.values():
            part.resume()
            if not part.running:
                part.start(wait=False)
        for part in self.parts.values():
            part.wait_ready()

    def forget(self) -> None:
        """Delete the store; the analytics have to be away."""
        for file in self.folder.glob(f"{self.store_path.name}*"):
            file.unlink()

    def discard(self) -> None:
        """End all parts at once, for good."""
        for part in self.parts.values():
            part.kill()

    def client(self, cliente: str, **settings: object) -> Part:
        """A demo client of this chain, not started; the caller stops it."""
        values = {"CLIENTE": cliente, **settings, **self.amqp_settings}
        return python_part(cliente, "sender/app.py", values, self.folder)

    def add_alerts(self, rules: str = "", channels: str = "") -> Part:
        """With the alert service, by these two files, from the next start on."""
        part, address = alert_part(self.folder, self.routes.reporte_port, rules, channels)
        self.alerts_url = f"{address}/avisos"
        self.parts[part.name] = part
        self.parts["panel-visual"].environment["AVISOS_URL"] = address
        return part

    def _analytics(self) -> Part:
        settings = {"REPORTE_PORT": self.routes.reporte_port, "STORE_PATH": self.store_path}
        return python_part(
            "servicio-analiticas",
            "servicio-analiticas/analiticas.py",
            self.amqp_settings | settings,
            self.folder,
        )

    def _panel(self) -> Part:
        settings = {
            "REPORTE_URL": f"http://127.0.0.1:{self.routes.reporte_port}",
            "PANEL_PORT": self.routes.panel_port,
            "PUSH_PORT": self.routes.push_port,
            "WEB_PORT": self.routes.web_port,
            **{key: self.amqp_settings[key] for key in ("RABBITMQ_USER", "RABBITMQ_PORT")},
        }
        return python_part("panel-visual", "panel-visual/panel.py", settings, self.folder)

    def _intake(self) -> Part:
        settings = self.amqp_settings | {"ENTRADA_PORT": str(self.routes.entrada_port)}
        return python_part("entrada", "sender/app.py servir", settings, self.folder)

    def _proxy(self) -> Part:
        # /ping answers before the routes are read.
        page = f"{self.web_url}livez"
        return Part(
            "reverse-proxy",
            proxy_command(),
            proxy_environment(self.routes, os.environ),
            self.folder,
            lambda part: answers(page),
        )
