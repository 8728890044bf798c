"""What each process of a run is told to do."""

from __future__ import annotations

from carga.checking.web_access import WebAccess
from carga.options import LoadOptions
from carga.settings import LoadSettings
from carga.wire.messages import BrokerAddress, Crowd, Generate, Watch
from publishing.broker_link import Broker

PATIENCE = 30.0  # seconds without a confirm, once the schedule is over


def crowd_of(options: LoadOptions) -> Crowd:
    return Crowd(options.seed, options.clients)


def generator_tasks(options: LoadOptions, settings: LoadSettings) -> list[Generate]:
    address = BrokerAddress(
        settings.rabbitmq_host,
        settings.rabbitmq_port,
        settings.rabbitmq_user,
        settings.rabbitmq_password,
        settings.rabbitmq_vhost,
        settings.rabbitmq_tls_ca,
    )
    return [
        Generate(
            broker=address,
            crowd=crowd_of(options),
            kinds=list(options.kinds),
            profile=options.profile,
            peak=options.rate,
            seconds=options.seconds,
            parts=list(range(process, options.connections, options.processes)),
            of=options.connections,
            one_by_one=options.one_by_one,
            patience=PATIENCE,
        )
        for process in range(options.processes)
    ]


def watch_task(options: LoadOptions, web: WebAccess) -> Watch:
    return Watch(
        host=web.host,
        port=web.port,
        path="/panel/ws",
        authorities=web.authorities if web.encrypted else None,
        login=web.authorization,
        viewers=options.viewers,
        crowd=crowd_of(options),
    )


def first_connection(settings: LoadSettings, hosts: str = "") -> Broker:
    """By which it is found out whether the broker is there at all, or one of its nodes."""
    return Broker(
        hosts or settings.rabbitmq_host,
        settings.rabbitmq_port,
        settings.rabbitmq_user,
        settings.rabbitmq_password,
        settings.rabbitmq_vhost,
        "simular",
        settings.rabbitmq_tls_ca,
    )
