"""`reporte.html`: one file, nothing loaded from anywhere, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from carga.checking.verification import ClientLine
from carga.figures.metrics import METRICS
from carga.figures.series import Row, outages
from carga.report.summary import Summary
from carga.report.svg_plot import Plot, svg

PAGE = Path(__file__).with_name("page.html")
SHOWN_CLIENTS = 15
MARKS = {"exacto": "✓", "diferencias": "✗", "sin_verificar": "?"}
TILES = (
    ("tasa", "events confirmed"),
    ("latencia_p50", "event to viewer, p50"),
    ("latencia_p99", "event to viewer, p99"),
    ("confirmacion_p99", "event to confirm, p99"),
)
LEDGER = (
    ("programados", "Scheduled"),
    ("confirmados", "Confirmed by the broker"),
    ("contados", "Counted: the rise of /reporte"),
    ("perdidos", "Confirmed and not counted"),
    ("dobles", "Counted twice"),
    ("sin_confirmar", "Never confirmed: may be counted or not"),
    ("sin_enviar", "Never handed over: the broker was away"),
    ("atrasados", "Handed over more than 10 ms late"),
)


def page(summary: Summary, series: Sequence[Row], plots: Sequence[Plot]) -> str:
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        verdict=summary.veredicto,
        mark=MARKS[summary.veredicto],
        sentence=escape(summary.frase),
        about=escape(_about(summary)),
        tiles="".join(_tile(summary, name, label) for name, label in TILES),
        notices="".join(f"<li>{escape(text)}</li>" for text in _notices(summary, series)),
        plots="".join(_figure(plot) for plot in plots),
        ledger="".join(_pair(label, value(summary, name)) for name, label in LEDGER),
        clients="".join(_client(name, line) for name, line in _largest(summary)),
        clients_note=escape(_clients_note(summary)),
        thresholds=_thresholds(summary),
        metrics="".join(_pair(name, value(summary, name)) for name in METRICS),
        facts="".join(_pair(label, text) for label, text in _facts(summary)),
    )


def value(summary: Summary, metric: str) -> str:
    """A figure with its unit, as a person reads it."""
    found = summary.metricas[metric]
    if found is None:
        return "–"
    unit = METRICS[metric]
    digits = 0 if found == int(found) and unit != "ms" else 1
    return f"{found:,.{digits}f}{' ' if unit and unit != '/s' else ''}{unit}"


def _about(summary: Summary) -> str:
    a = summary.ajustes
    seconds = f"{summary.duracion_s:.0f} s" + (" (interrupted)" if summary.interrumpido else "")
    return (
        f"{summary.inicio[:19].replace('T', ' ')} UTC · {a.perfil}, at most {a.tasa:,.0f} events/s "
        f"for {seconds} · {a.clientes:,} clients · {a.visores:,} viewers · seed {a.semilla}"
    )


def _tile(summary: Summary, metric: str, label: str) -> str:
    return f"<div><b>{value(summary, metric)}</b><span>{label}</span></div>"


def _notices(summary: Summary, series: Sequence[Row]) -> Iterable[str]:
    yield from (difference.frase for difference in summary.diferencias[:20])
    if len(summary.diferencias) > 20:
        yield f"… and {len(summary.diferencias) - 20} more in resumen.json"
    for start, stop in outages(series):
        yield f"the analytics did not answer from second {start:.0f} to {stop:.0f}"
    yield from summary.avisos


def _figure(plot: Plot) -> str:
    return f"<figure><figcaption>{escape(plot.title)}</figcaption>{svg(plot)}</figure>"


def _pair(label: str, text: str) -> str:
    return f"<tr><th scope=row>{escape(label)}</th><td>{escape(text)}</td></tr>"


def _largest(summary: Summary) -> list[tuple[str, ClientLine]]:
    """Whoever differs, then the largest."""
    lines = list(summary.libro.items())
    wrong = [(name, line) for name, line in lines if line.lost or line.double]
    rest = sorted(lines, key=lambda item: -item[1].confirmados)
    return list(dict([*wrong, *rest]).items())[: max(SHOWN_CLIENTS, min(len(wrong), 100))]


def _client(name: str, line: ClientLine) -> str:
    wrong = f"−{line.lost:,}" if line.lost else f"+{line.double:,}" if line.double else "✓"
    cells = (f"{line.confirmados:,}", f"{line.rise:,}", f"{line.despues:,}", wrong)
    kind = ' class="wrong"' if line.lost or line.double else ""
    return f"<tr{kind}><th scope=row>{escape(name)}</th>" + "".join(
        f"<td>{cell}</td>" for cell in cells
    )


def _clients_note(summary: Summary) -> str:
    shown = len(_largest(summary))
    rest = len(summary.libro) - shown
    return f"The {shown} largest; {rest:,} more are in resumen.json." if rest > 0 else ""


def _thresholds(summary: Summary) -> str:
    if not summary.umbrales:
        return ""
    rows = "".join(
        f"<tr{'' if each.cumplido else ' class=wrong'}><th scope=row>{escape(each.umbral)}</th>"
        f"<td>{value(summary, each.metrica)}</td><td>{'✓' if each.cumplido else '✗'}</td></tr>"
        for each in summary.umbrales
    )
    return f"<section><h2>Thresholds</h2><table>{rows}</table></section>"


def _facts(summary: Summary) -> Iterable[tuple[str, str]]:
    a, machine, versions = summary.ajustes, summary.maquina, summary.versiones
    yield "Against", a.url
    yield "Event types", ", ".join(a.eventos)
    yield "Batching", "one event a message" if a.lote == "1" else "events gather (auto)"
    yield "Connections, processes", f"{a.conexiones}, {a.procesos}"
    yield "Machine", f"{machine.nucleos} cores, {machine.procesador}, {machine.sistema}"
    yield "Load average at the end", f"{machine.carga_media:g}"
    cpu = ", ".join(f"{name} {percent:g} %" for name, percent in summary.cpu.items())
    yield "Own cost, of a core", f"{cpu}{'' if summary.fiable else ' — too much to be trusted'}"
    yield "Python", versions.python
    yield "Packages", ", ".join(f"{name} {found}" for name, found in versions.paquetes.items())
    if versions.commit:
        yield "Commit", versions.commit
