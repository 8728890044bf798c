"""The figures of a run by which it can be judged: their names and units."""

from __future__ import annotations

from carga.figures.latency_record import PERCENTILES

METRICS: dict[str, str] = {
    **{f"latencia_{name}": "ms" for name in PERCENTILES},
    "latencia_media": "ms",
    **{f"confirmacion_{name}": "ms" for name in PERCENTILES},
    **{f"reparto_{name}": "ms" for name in PERCENTILES},
    "tasa": "/s",
    "programados": "",
    "confirmados": "",
    "contados": "",
    "perdidos": "",
    "dobles": "",
    "sin_confirmar": "",
    "sin_enviar": "",
    "atrasados": "",
    "atraso_max": "ms",
    "mensajes": "",
    "medidos": "%",
    "cola_max": "",
    "caidas_visores": "",
    "diferencias": "",
    "cpu_generador": "%",
    "cpu_visores": "%",
}
"""An empty unit counts events, messages or whatever the name says."""
