from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from comun.broker_nodes import check_broker, with_tls_ports
from comun.settings import BadSettingError, Name, Port, settings_of, wrong
from events.client_name import client_name
from publishing.broker_link import Broker

# One demo process: for a load there is the simulator, which publishes in batches.
Pace = Annotated[float, msgspec.Meta(gt=0, le=1000)]


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True, rename="upper"):
    """Where the broker is, and as whom to publish there."""

    rabbitmq_host: Name = "127.0.0.1"
    rabbitmq_port: Port = 5672
    rabbitmq_tls_ca: str = ""
    rabbitmq_user: Name = "pulso"
    rabbitmq_password: Name = "pulso"  # noqa: S105 - the demo's, said so in .env
    rabbitmq_vhost: Name = "/"

    def broker(self, connection_name: str) -> Broker:
        """*connection_name* is what the broker's management page shows."""
        return Broker(
            host=self.rabbitmq_host,
            port=self.rabbitmq_port,
            user=self.rabbitmq_user,
            password=self.rabbitmq_password,
            vhost=self.rabbitmq_vhost,
            connection_name=connection_name,
            authorities=self.rabbitmq_tls_ca,
        )


class Settings(BrokerSettings, frozen=True, kw_only=True, rename="upper"):
    """What the demo client reads. CLIENTE has no default: two senders must not share a name."""

    cliente: str
    events_per_second: Pace = 3.0
    log_format: Literal["consola", "json"] = "consola"


class LineSettings(BrokerSettings, frozen=True, kw_only=True, rename="upper"):
    """What `enviar` reads. CLIENTE is for lines that name no client; empty: there are none."""

    cliente: str = ""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises BadSettingError."""
    if not environ.get("CLIENTE"):
        raise BadSettingError(
            "CLIENTE is not set: it is the name to publish as, for example CLIENTE=cliente_uno."
        )
    settings = settings_of(with_tls_ports(environ), Settings)
    check_broker(settings.rabbitmq_host, settings.rabbitmq_port, settings.rabbitmq_tls_ca)
    return msgspec.structs.replace(settings, cliente=_client(settings.cliente))


def read_line_settings(environ: Mapping[str, str]) -> LineSettings:
    """Raises BadSettingError as read_settings does."""
    settings = settings_of(with_tls_ports(environ), LineSettings)
    check_broker(settings.rabbitmq_host, settings.rabbitmq_port, settings.rabbitmq_tls_ca)
    if not settings.cliente:
        return settings
    return msgspec.structs.replace(settings, cliente=_client(settings.cliente))


def _client(given: str) -> str:
    try:
        return client_name(given)
    except ValueError as error:
        raise wrong("CLIENTE", given, str(error)) from None
