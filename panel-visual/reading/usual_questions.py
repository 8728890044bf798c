"""What every page asks for as it opens: few questions, the same for all, always answered."""

from __future__ import annotations

from itertools import product
from urllib.parse import urlencode

WINDOWS = (("1m", "1s"), ("15m", "10s"), ("1h", "1m"), ("1d", "10m"))
SPLITS = ("total", "cliente", "evento")


def _question(ventana: str, paso: str, por: str, limite: int) -> str:
    return urlencode({"ventana": ventana, "paso": paso, "por": por, "limite": limite})


# As static/js/history/question.js asks; tests/contracts/preguntas.json holds both to the same.
USUAL = frozenset(
    (
        *(_question(*window, by, 6) for window, by in product(WINDOWS, SPLITS)),
        _question("2m", "1s", "total", 1),
        _question("15m", "5s", "cliente", 100),
    )
)


def is_usual(target: str) -> bool:
    """*target* is a path of the analytics with its query."""
    path, _, query = target.partition("?")
    return (
        query in USUAL if path == "/reporte/historia" else path == "/reporte/rechazados" == target
    )
