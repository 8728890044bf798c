from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from comun.broker_nodes import BrokerNode, check_broker, nodes_of, with_tls_ports
from comun.settings import BadSettingError, MaybePort, Name, Port, settings_of
from comun.web.web_settings import WebSettings


class Settings(WebSettings, frozen=True):
    """What the environment says; every variable has a default for `make run` on one machine."""

    rabbitmq_host: Name = "127.0.0.1"  # of one node, or of several: a,b:5673,[::1]
    rabbitmq_port: Port = 5672  # of those that name none
    rabbitmq_tls_ca: str = ""  # file of the authorities to trust; empty: no encryption
    rabbitmq_user: Name = "pulso"
    rabbitmq_password: Name = "pulso"  # noqa: S105 - the demo's, said so in .env
    rabbitmq_vhost: Name = "/"
    rabbitmq_management_port: MaybePort = 0  # 0: not asked
    colas: Annotated[int, msgspec.Meta(ge=1, le=32)] = 1  # queues that share the events
    reporte_host: Name = "127.0.0.1"
    reporte_port: Port = 8091
    store_path: Name = "pulso.db"
    # postgresql://user@host,host/database, instead of the file; its password from a file
    store_url: str = ""
    store_password_file: str = ""
    id_window_seconds: Annotated[int, msgspec.Meta(ge=60)] = 7 * 24 * 3600
    id_window_rows: Annotated[int, msgspec.Meta(ge=1000)] = 50_000_000
    history_seconds_kept: Annotated[int, msgspec.Meta(ge=60, le=86_400)] = 15 * 60  # in seconds
    history_minutes_kept: Annotated[int, msgspec.Meta(ge=60, le=100_000)] = 48 * 60  # in minutes
    # In five minutes; as far back as minutes at the least, and as hours at the most
    history_five_minutes_kept: Annotated[int, msgspec.Meta(ge=12, le=100_000)] = 15 * 24 * 12
    history_hours_kept: Annotated[int, msgspec.Meta(ge=24, le=100_000)] = 365 * 24  # in hours
    # broker/young_queues.py says why.
    queue_settle_seconds: Annotated[float, msgspec.Meta(ge=0, le=20)] = 2.0
    prefetch: Annotated[int, msgspec.Meta(ge=2, le=65535)] = 1000
    batch_messages: Annotated[int, msgspec.Meta(ge=1)] = 500
    batch_seconds: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.005

    @property
    def nodes(self) -> Sequence[BrokerNode]:
        return nodes_of(self.rabbitmq_host, self.rabbitmq_port)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Raises BadSettingError."""
    settings = settings_of(with_tls_ports(environ), Settings)
    check_broker(settings.rabbitmq_host, settings.rabbitmq_port, settings.rabbitmq_tls_ca)
    if settings.prefetch < 2 * settings.batch_messages:
        raise BadSettingError(
            f"PREFETCH={settings.prefetch}: must be at least twice BATCH_MESSAGES"
            f" ({settings.batch_messages}), or a full batch could never gather."
        )
    seconds, minutes, hours = (
        settings.history_seconds_kept,
        settings.history_minutes_kept,
        settings.history_hours_kept,
    )
    if not seconds <= minutes * 60 <= hours * 3600:
        raise BadSettingError(
            f"HISTORY_SECONDS_KEPT={seconds}, HISTORY_MINUTES_KEPT={minutes},"
            f" HISTORY_HOURS_KEPT={hours}: each must reach back at least as far as the one"
            " before it."
        )
    return settings
