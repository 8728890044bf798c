from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from comun.broker_nodes import check_broker, with_tls_ports
from comun.settings import BadSettingError, Name, Port, settings_of
from comun.web.web_settings import WebSettings


class IntakeSettings(WebSettings, frozen=True):
    """What the environment says to `app.py servir`."""

    entrada_host: Name = "127.0.0.1"
    entrada_port: Port = 8094
    entrada_claves: str = ""  # path of the file of API keys; empty: none are asked for
    entrada_sin_claves: Literal["", "permitido"] = ""
    # Requests of one key, or of one address where there are no keys; 0: any number
    entrada_max_per_second: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 0
    entrada_trusted_hops: Annotated[int, msgspec.Meta(ge=0, le=8)] = 0  # proxies of ours in front
    rabbitmq_host: Name = "127.0.0.1"
    rabbitmq_port: Port = 5672
    rabbitmq_tls_ca: str = ""
    rabbitmq_user: Name = "pulso"
    rabbitmq_password: Name = "pulso"  # noqa: S105 - the demo's, said so in .env
    rabbitmq_vhost: Name = "/"

    @property
    def open_to_all(self) -> bool:
        """Whether anyone who reaches this machine may send as anyone."""
        return not self.entrada_claves and not _is_loopback(self.entrada_host)


def read_intake_settings(environ: Mapping[str, str]) -> IntakeSettings:
    """Raises BadSettingError."""
    settings = settings_of(with_tls_ports(environ), IntakeSettings)
    check_broker(settings.rabbitmq_host, settings.rabbitmq_port, settings.rabbitmq_tls_ca)
    if settings.open_to_all and not settings.entrada_sin_claves:
        raise BadSettingError(
            f"ENTRADA_HOST={settings.entrada_host[:64]!r} without ENTRADA_CLAVES: anyone who"
            " reaches it could send events in anyone's name. Set ENTRADA_CLAVES to a file of API"
            " keys (docs/intake.md), or ENTRADA_SIN_CLAVES=permitido if that is meant."
        )
    return settings


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
