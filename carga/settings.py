from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from carga.checking.web_access import WebAccess
from comun.broker_nodes import (
    TLS_PORTS,
    BrokerNode,
    check_broker,
    nodes_of,
    with_tls_ports,
)
from comun.settings import Name, Port, settings_of

BOTH_TLS_PORTS = TLS_PORTS | {"RABBITMQ_MANAGEMENT_PORT": "15671"}


class LoadSettings(msgspec.Struct, frozen=True, rename="upper"):
    """Where the system is: the same variables as everywhere, see .env."""

    rabbitmq_host: Name = "127.0.0.1"
    rabbitmq_port: Port = 5672
    rabbitmq_tls_ca: str = ""
    rabbitmq_management_port: Port = 15672
    rabbitmq_user: Name = "pulso"
    rabbitmq_password: Name = "pulso"  # noqa: S105 - the demo's, said so in .env
    rabbitmq_vhost: Name = "/"
    web_port: Port = 8080
    web_usuario: str = ""
    web_clave: str = ""
    ssl_cert_file: str = ""
    no_color: str = ""
    term: str = ""

    def web(self, url: str | None) -> WebAccess:
        """How to get to *url*, by default the page on this machine."""
        return WebAccess(
            url or f"http://127.0.0.1:{self.web_port}",
            self.web_usuario,
            self.web_clave,
            self.ssl_cert_file,
        )

    @property
    def amqp_address(self) -> str:
        """For people: without the password."""
        return ", ".join(map(str, self.nodes))

    @property
    def nodes(self) -> Sequence[BrokerNode]:
        return nodes_of(self.rabbitmq_host, self.rabbitmq_port)


def read_load_settings(environ: Mapping[str, str]) -> LoadSettings:
    """Raises BadSettingError."""
    settings = settings_of(with_tls_ports(environ, BOTH_TLS_PORTS), LoadSettings)
    check_broker(settings.rabbitmq_host, settings.rabbitmq_port, settings.rabbitmq_tls_ca)
    return settings
