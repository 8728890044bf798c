"""The sockets that the service listens on."""

from __future__ import annotations

import socket
from typing import NamedTuple

from avisos_settings import Settings
from comun.settings import BadSettingError
from comun.web.connections import listening


class Sockets(NamedTuple):
    page: socket.socket
    metrics: socket.socket | None


def open_sockets(settings: Settings) -> Sockets:
    """Raises BadSettingError for an address that can't be had."""
    page = _listening(settings.avisos_host, settings.avisos_port, "AVISOS_PORT")
    if not settings.metrics_port:
        return Sockets(page, None)
    at = settings.metrics_host, settings.metrics_port
    return Sockets(page, _listening(*at, "METRICS_PORT"))


def _listening(host: str, port: int, variable: str) -> socket.socket:
    try:
        return listening(host, port)
    except OSError as error:
        raise BadSettingError(f"{variable}={port} on {host[:64]!r}: {error.strerror}") from None
