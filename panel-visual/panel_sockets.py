"""The sockets that the panel listens on."""

from __future__ import annotations

import os
import socket
from typing import NamedTuple

from comun.settings import BadSettingError
from panel_settings import Settings
from push.listening_socket import buffer_little, listen


class Sockets(NamedTuple):
    page: socket.socket
    push: socket.socket
    metrics: socket.socket | None
    feed: socket.socket | None


def open_sockets(settings: Settings) -> Sockets:
    """Raises BadSettingError for an address that can't be had."""
    page = _listen_or_say(settings.panel_host, settings.panel_port, "PANEL_PORT")
    push = _listen_or_say(settings.panel_host, settings.push_port, "PUSH_PORT")
    buffer_little(push)
    metrics = feed = None
    if settings.metrics_port:
        at = settings.metrics_host, settings.metrics_port
        metrics = _listen_or_say(*at, "METRICS_PORT", "METRICS_HOST")
    if settings.panel_reporte_port:
        inside = settings.panel_host, settings.panel_reporte_port
        feed = _listen_or_say(*inside, "PANEL_REPORTE_PORT")
    return Sockets(page, push, metrics, feed)


def _listen_or_say(host: str, port: int, variable: str, at: str = "PANEL_HOST") -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise BadSettingError(f"{variable}={port} on {at}={host[:64]!r}: {reason}") from error
