"""What `.env` says to `make run`, checked before anything starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from setting_checks import (
    Check,
    anything,
    hosts,
    limit,
    log_format,
    nodes,
    origins,
    pace,
    page_port,
    port,
    store_kind,
    whole,
    word,
)


class WrongSettingsError(ValueError):
    """One sentence a line for each wrong value."""


@dataclass(frozen=True, slots=True)
class Setting:
    default: str
    check: Check


PORTS = {
    "WEB_PORT": Setting("8080", page_port),
    "TRAEFIK_PORT": Setting("8081", port),
    "RABBITMQ_PORT": Setting("5672", port),
    "RABBITMQ_MANAGEMENT_PORT": Setting("15672", port),
    # Between the parts. Erlang's two are not the ones of a system node (4369, 25672).
    "REPORTE_PORT": Setting("8091", port),
    "PANEL_PORT": Setting("8092", port),
    "PUSH_PORT": Setting("8093", port),
    "ENTRADA_PORT": Setting("8094", port),
    "AVISOS_PORT": Setting("8095", port),
    "RABBITMQ_EPMD_PORT": Setting("24369", port),
    "RABBITMQ_DIST_PORT": Setting("24370", port),
}
SETTINGS = PORTS | {
    # Compose's alone
    "RABBITMQ_IMAGE": Setting("rabbitmq:4.0-management", word),
    "PROMETHEUS_PORT": Setting("9090", port),
    "GRAFANA_PORT": Setting("3000", port),
    "RABBITMQ_HOST": Setting("", nodes),
    "RABBITMQ_TLS_CA": Setting("", anything),
    "COLAS": Setting("1", whole(1, 32)),
    "RABBITMQ_USER": Setting("pulso", word),
    "RABBITMQ_PASSWORD": Setting("pulso", word),
    "PANEL_ORIGENES": Setting("", origins),
    "WEB_ANFITRIONES": Setting("", hosts),
    "ACME_DOMINIO": Setting("", hosts),
    "PANEL_MARCOS": Setting("", origins),
    "ENTRADA_CLAVES": Setting("", anything),
    "AVISOS_REGLAS": Setting("", anything),
    "AVISOS_CANALES": Setting("", anything),
    "USUARIOS": Setting("", anything),
    "TLS_CERTIFICADO": Setting("", anything),
    "TLS_CLAVE": Setting("", anything),
    "ENTRADA_MAX_PER_SECOND": Setting("0", limit),
    "ALMACEN": Setting("archivo", store_kind),
    "ANALITICAS": Setting("1", whole(1, 8)),
    "POSTGRES_PORT": Setting("25432", port),  # used with ALMACEN=postgres
    "ANALITICAS_PORT": Setting("8101", whole(1, 65_528)),  # of the second one; more follow
    # Of `make run-cluster`, at the address of each machine
    "ETCD_PORT": Setting("22379", port),
    "ETCD_PEER_PORT": Setting("22380", port),
    "PATRONI_PORT": Setting("28008", port),
    "STORE_URL": Setting("", anything),
    "STORE_PASSWORD_FILE": Setting("", anything),
    "LOG_FORMAT": Setting("consola", log_format),
    "EVENTS_PER_SECOND": Setting("3", pace),
    "ID_WINDOW_SECONDS": Setting("604800", whole(60)),
    "ID_WINDOW_ROWS": Setting("50000000", whole(1000)),
    "HISTORY_SECONDS_KEPT": Setting("900", whole(60, 86_400)),
    "HISTORY_MINUTES_KEPT": Setting("2880", whole(60, 100_000)),
    "HISTORY_FIVE_MINUTES_KEPT": Setting("4320", whole(12, 100_000)),
    "HISTORY_HOURS_KEPT": Setting("8760", whole(24, 100_000)),
}

SECRET = ("PASSWORD", "CLAVE", "CLAVES", "STORE_URL")
"""How names end whose values are shown to nobody."""

OWN_BROKER = (
    "RABBITMQ_PORT",
    "RABBITMQ_MANAGEMENT_PORT",
    "RABBITMQ_EPMD_PORT",
    "RABBITMQ_DIST_PORT",
)
"""Where the broker listens that we start: not when there is another."""


def read_run_settings(given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the value of every setting, an empty one being as if not set.

    Raises WrongSettingsError with a sentence for each value that is wrong.
    """
    values = {name: given.get(name) or setting.default for name, setting in SETTINGS.items()}
    wrong = [
        f"{_shown(name, values[name])}: must be {right}. Set {name} in .env."
        for name, setting in SETTINGS.items()
        if (right := setting.check(values[name]))
    ]
    shared = () if wrong else shared_ports(used_ports(values))
    if wrong := wrong or [*shared, *_history_order(values), *_store(values)]:
        raise WrongSettingsError("\n".join(wrong))
    return values


def _shown(name: str, value: str) -> str:
    return name if name.endswith(SECRET) else f"{name}={value[:64]!r}"


def used_ports(values: Mapping[str, str]) -> list[tuple[str, int]]:
    """The port of each part that is started here, with the variable that says it."""
    not_ours = OWN_BROKER if values["RABBITMQ_HOST"] else ()
    used = [(name, int(values[name])) for name in PORTS if name not in not_ours]
    if values["ALMACEN"] == "postgres":
        used.append(("POSTGRES_PORT", int(values["POSTGRES_PORT"])))
    more = int(values["ANALITICAS"]) - 1
    return used + [("ANALITICAS_PORT", int(values["ANALITICAS_PORT"]) + n) for n in range(more)]


def shared_ports(used: Iterable[tuple[str, int]]) -> list[str]:
    """A sentence for each port that two variables name."""
    owners: dict[int, str] = {}
    wrong = []
    for name, number in used:
        first = owners.setdefault(number, name)
        if first != name:
            wrong.append(f"{first} and {name} are both {number}: change one in .env.")
    return wrong


def _store(values: Mapping[str, str]) -> list[str]:
    if values["ALMACEN"] == "postgres" and values["STORE_URL"]:
        return ["ALMACEN=postgres starts a PostgreSQL of its own: leave STORE_URL empty in .env."]
    if values["ANALITICAS"] != "1" and values["ALMACEN"] == "archivo" and not values["STORE_URL"]:
        n = values["ANALITICAS"]
        return [f"ANALITICAS={n}: one file has one writer. Set ALMACEN=postgres in .env, too."]
    return []


def _history_order(values: Mapping[str, str]) -> list[str]:
    names = ("HISTORY_SECONDS_KEPT", "HISTORY_MINUTES_KEPT", "HISTORY_HOURS_KEPT")
    seconds, minutes, hours = (int(values[name]) for name in names)
    if seconds <= minutes * 60 <= hours * 3600:
        return []
    given = ", ".join(f"{name}={values[name]}" for name in names)
    return [f"{given}: each must reach back at least as far as the one before it."]
