"""The result of a run, as `resumen.json` holds it (docs/load.md)."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from carga.checking.verification import ClientLine, Difference, count_differences
from carga.figures.cpu_meter import TRUSTED
from carga.figures.machine import Machine, Versions, machine, versions
from carga.figures.metrics import METRICS
from carga.figures.thresholds import Judged, judge
from carga.options import LoadOptions
from carga.report.run_warnings import warnings_of
from carga.run.course import Outcome

SCHEMA = "resumen.schema.json"
Verdict = Literal["exacto", "diferencias", "sin_verificar"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    url: str
    tasa: float
    duracion_s: float
    perfil: str
    clientes: int
    visores: int
    semilla: int
    eventos: list[str]
    lote: str
    conexiones: int
    procesos: int


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """
    `metricas` are in the units of docs/load.md, null where nothing was measured. For programs that
    measured beside the run there is, by the machine's monotonic clock, when the first and the last
    viewer had come (`visores_monotono`) and when the schedule began (`inicio_monotono`).
    """

    schema: str = msgspec.field(name="$schema", default=SCHEMA)
    formato: int = 1
    veredicto: Verdict
    frase: str
    interrumpido: bool
    inicio: str
    inicio_monotono: float
    visores_monotono: tuple[float, float] | None = None
    duracion_s: float
    ajustes: Settings
    metricas: dict[str, float | None]
    umbrales: list[Judged]
    diferencias: list[Difference]
    libro: dict[str, ClientLine]
    epoca: str
    cpu: dict[str, float]
    fiable: bool
    avisos: list[str]
    maquina: Machine
    versiones: Versions


def summarise(outcome: Outcome, options: LoadOptions, url: str) -> Summary:
    settled = outcome.settled
    differences = [*count_differences(settled.ledger), *settled.on_screens]
    metrics = _metrics(outcome, len(differences))
    verdict = _verdict(outcome, metrics)
    cpu = {name: round(meter.percent, 1) for name, meter in outcome.numbers.cpu.items()}
    started = datetime.datetime.fromtimestamp(outcome.started.wall, datetime.UTC)
    return Summary(
        veredicto=verdict,
        frase=_sentence(verdict, metrics, outcome, options.viewers),
        interrumpido=outcome.interrupted,
        inicio=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        inicio_monotono=outcome.started.start,
        visores_monotono=outcome.came,
        duracion_s=round(outcome.seconds, 3),
        ajustes=_settings(options, url),
        metricas=metrics,
        umbrales=judge(options.thresholds, metrics),
        diferencias=differences,
        libro=settled.ledger,
        epoca=settled.report.epoca if settled.report else "",
        cpu=cpu,
        fiable=max(cpu.values(), default=0.0) <= TRUSTED,
        avisos=warnings_of(outcome, cpu, options.viewers),
        maquina=machine(),
        versiones=versions(),
    )


def _settings(options: LoadOptions, url: str) -> Settings:
    return Settings(
        url=url,
        tasa=options.rate,
        duracion_s=options.seconds,
        perfil=options.profile,
        clientes=options.clients,
        visores=options.viewers,
        semilla=options.seed,
        eventos=list(options.kinds),
        lote="1" if options.one_by_one else "auto",
        conexiones=options.connections,
        procesos=options.processes,
    )


def _metrics(outcome: Outcome, differences: int) -> dict[str, float | None]:
    numbers, finished = outcome.numbers, outcome.finished
    lines = outcome.settled.ledger.values()
    known = bool(outcome.settled.report)
    confirmed = sum(sum(each.confirmed.values()) for each in finished)
    of_publishers = [m.percent for name, m in numbers.cpu.items() if name.startswith("generator")]
    values: dict[str, float | None] = {
        **{f"latencia_{k}": v for k, v in numbers.latency.percentiles().items()},
        "latencia_media": numbers.latency.mean,
        **{f"confirmacion_{k}": v for k, v in numbers.confirms.percentiles().items()},
        **{f"reparto_{k}": v for k, v in numbers.spread.percentiles().items()},
        "tasa": round(confirmed / outcome.seconds, 1) if outcome.seconds > 0 else None,
        "programados": numbers.schedule.total,
        "confirmados": confirmed,
        "contados": sum(line.rise for line in lines) if known else None,
        "perdidos": sum(line.lost for line in lines) if known else None,
        "dobles": sum(line.double for line in lines) if known else None,
        "sin_confirmar": sum(sum(each.unconfirmed.values()) for each in finished),
        "sin_enviar": sum(each.unsent for each in finished),
        "atrasados": numbers.latecomers,
        "atraso_max": numbers.worst_late,
        "mensajes": sum(each.messages for each in finished),
        "medidos": round(100 * numbers.events.measured / confirmed, 2) if confirmed else None,
        "cola_max": numbers.queue_max,
        "caidas_visores": numbers.drops,
        "diferencias": differences,
        "cpu_generador": round(max(of_publishers, default=0.0), 1),
        "cpu_visores": round(numbers.cpu["viewers"].percent, 1),
    }
    return {name: values[name] for name in METRICS}


def _verdict(outcome: Outcome, metrics: dict[str, float | None]) -> Verdict:
    if not outcome.settled.report:
        return "sin_verificar"
    wrong = metrics["diferencias"] or metrics["sin_confirmar"] or outcome.settled.absent
    return "diferencias" if wrong else "exacto"


def _sentence(
    verdict: Verdict, metrics: dict[str, float | None], outcome: Outcome, viewers: int
) -> str:
    if verdict == "sin_verificar":
        return "Not verified: /reporte no longer answers."
    if verdict == "exacto":
        watched = f", and all {viewers:,} viewers show it" if viewers else ""
        return f"Exact: {metrics['confirmados']:,} events confirmed, as many counted{watched}."
    wrong = [
        f"{metrics[name]:,} events {text}"
        for name, text in (
            ("perdidos", "confirmed and not counted"),
            ("dobles", "counted twice"),
            ("sin_confirmar", "never confirmed"),
        )
        if metrics[name]
    ]
    if outcome.settled.on_screens:
        wrong.append(f"{len(outcome.settled.on_screens):,} numbers wrong on screens")
    if outcome.settled.absent:
        wrong.append(f"{outcome.settled.absent:,} viewers without a connection")
    return f"Not exact: {', '.join(wrong)}."
