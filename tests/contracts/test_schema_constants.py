"""Where a schema repeats a figure or a word of the product, it is the product's."""

from __future__ import annotations

import re
from typing import Any, get_args, get_type_hints

import pytest

from aside.rejections import MAX_KINDS, MAX_SAMPLE_CHARACTERS, kind_of
from aside.set_aside import OTHER, REASONS
from broker.topology import QUEUE
from carga.figures.metrics import METRICS
from carga.report.summary import SCHEMA, Summary, Verdict
from carga.sending.profile import PROFILES
from comun.service_answer import Count
from counting.totals import MAX_EVENT_TYPES
from decoding import event_decoding
from decoding.event_time import END_OF_YEAR_9999
from events import client_name
from history import query
from history.future_events import MOST_TOLD, reason_of
from history.window import MAX_POINTS
from intake.access.problem import LISTED
from intake.bodies.cloudevents import MOST_CLOUDEVENTS
from intake.bodies.ndjson import LISTED_LINES
from intake.split import MOST_EVENTS
from judging import freshness
from live.vitals import BrokerState, Vitals, Writing
from messages.frames import Latido
from messages.shown import MAX_SHOWN
from page import panel_metrics
from reporting.report_http import MAX_LIMIT
from rules.rule import Kind
from serving.alert_list import MOST_FIRING, MOST_RESOLVED
from tests.contracts.wire_schemas import documents, schema

MOST_COUNT = get_args(Count)[1].le
ALMACEN = get_args(get_type_hints(Vitals)["almacen"])
LEADS = (3600, 3000, 200_000)
WHY_STALE = (
    *(freshness.UNREACHABLE, freshness.NO_BROKER, freshness.HELD_UP),
    *(freshness.REFUSES, freshness.PAUSED, freshness.BEHIND),
)


def at(name: str, *steps: str) -> Any:
    """What stands at a place of a schema; `properties` and `items` are gone through unnamed."""
    found: Any = documents()["parts.json"]["definitions"] if name == "parts" else schema(name)
    for step in steps:
        while step not in found and ("items" in found or "properties" in found):
            found = found.get("items") or found["properties"]
        found = found[step]
    return found


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        (at("parts", "name", "maxLength"), event_decoding.MAX_NAME),
        (at("parts", "name", "maxLength"), client_name.MAX_LENGTH),
        (at("parts", "name", "maxLength"), query.MAX_NAME),
        (at("parts", "count", "maximum"), MOST_COUNT),
        (at("event", "timestamp", "anyOf")[0]["exclusiveMaximum"], END_OF_YEAR_9999 * 1000),
        (at("report", "clientes", "maxProperties"), MAX_LIMIT),
        (at("report", "eventos", "maxProperties"), MAX_EVENT_TYPES),
        (at("snapshot", "clientes", "maxProperties"), MAX_SHOWN),
        (at("snapshot", "eventos", "maxProperties"), MAX_EVENT_TYPES),
        (at("change", "clientes", "maxProperties"), 2 * MAX_SHOWN),
        (at("history", "series", "maxItems"), query.MAX_SERIES),
        (at("history", "otros", "maxItems"), MAX_POINTS),
        (at("history", "series", "puntos", "maxItems"), MAX_POINTS),
        (at("clients", "clientes", "maxItems"), MAX_LIMIT),
        (at("usual", "series", "maxItems"), query.MAX_SERIES),
        (at("usual", "inicios", "maxItems"), MAX_POINTS),
        (at("usual", "series", "puntos", "maxItems"), MAX_POINTS),
        (at("usual", "series", "medio", "anyOf")[0]["maxItems"], MAX_POINTS),
        (at("usual", "series", "bajo", "anyOf")[0]["maxItems"], MAX_POINTS),
        (at("usual", "series", "alto", "anyOf")[0]["maxItems"], MAX_POINTS),
        (at("alerts", "activos", "maxItems"), MOST_FIRING),
        (at("alerts", "resueltos", "maxItems"), MOST_RESOLVED),
        (at("rejected", "muestras", "maxItems"), MAX_LIMIT),
        (at("rejected", "motivos", "maxProperties"), MAX_KINDS + 1),
        (at("rejected", "motivos", "propertyNames")["maxLength"], len(kind_of("x" * 1000))),
        (at("rejected", "muestras", "motivo", "maxLength"), MAX_SAMPLE_CHARACTERS),
        (at("rejected", "muestras", "cuerpo", "maxLength"), MAX_SAMPLE_CHARACTERS),
        (at("parts", "futureEvents", "clientes", "maxItems"), MOST_TOLD),
        (at("problem", "errores", "maxItems"), LISTED),
        (at("intake_receipt", "avisos", "maxItems"), LISTED),
        (at("intake_receipt", "aceptados", "maximum"), MOST_EVENTS),
        (at("lines_receipt", "rechazados", "maxItems"), LISTED_LINES),
        (at("lines_receipt", "avisos", "maxItems"), LISTED_LINES),
        (at("cloudevent_batch", "maxItems"), MOST_CLOUDEVENTS),
    ],
)
def test_a_bound(stated: int, meant: int) -> None:
    """It is the product's."""
    assert stated == meant


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        (at("parts", "setAside", "por_motivo", "propertyNames")["enum"], [*REASONS, OTHER]),
        (at("parts", "futureEvents", "clientes", "motivo", "enum"), [*map(reason_of, LEADS)]),
        (at("state", "broker", "enum"), get_args(BrokerState)),
        (at("state", "almacen", "enum"), ALMACEN),
        (at("state", "escritura", "enum"), [*get_args(Writing), None]),
        (at("heartbeat", "broker", "enum"), [*get_args(BrokerState), None]),
        (at("heartbeat", "almacen", "enum"), [*ALMACEN, None]),
        (at("heartbeat", "escritura", "enum"), [*get_args(Writing), None]),
        (at("heartbeat", "analiticas", "enum"), get_args(get_type_hints(Latido)["analiticas"])),
        (
            at("panel_readiness", "cuts", "propertyNames")["enum"],
            [*panel_metrics.REASONS, "stopping"],
        ),
        (at("load_report", "veredicto", "enum"), get_args(Verdict)),
        (at("load_report", "ajustes", "perfil", "enum"), PROFILES),
        (at("load_report", "metricas", "required"), METRICS),
        (at("load_report", "$schema", "enum"), [SCHEMA]),
        (at("load_report", "required"), Summary.__struct_encode_fields__),
    ],
)
def test_words(stated: list[str | None], meant: list[str | None]) -> None:
    """They are the product's, each of them, in its order."""
    assert stated == list(meant)


@pytest.mark.parametrize("name", METRICS)
def test_the_unit_of_a_metric(name: str) -> None:
    """What counts is whole, everything else is a number."""
    kind = at("load_report", "metricas", name, "type")

    assert kind == ["number" if METRICS[name] else "integer", "null"]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_kinds_of_alerts_are_named(kind: str) -> None:
    """Each of them, where readers are told that more may come."""
    assert re.search(rf"\b{kind}\b", at("parts", "alert", "tipo", "description"))


@pytest.mark.parametrize("reason", WHY_STALE)
def test_reasons_why_alerts_are_not_current_are_named(reason: str) -> None:
    """Likewise."""
    assert re.search(rf"\b{reason}\b", at("alerts", "motivo", "description"))


def test_the_queue_is_named() -> None:
    """By the name that it has."""
    assert QUEUE in at("parts", "queueDepth", "description")
