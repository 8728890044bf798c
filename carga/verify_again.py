"""`verificar`: whether `/reporte` still says what a finished run left there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from carga.checking.reporte_client import Reporte, ReporteClient
from carga.checking.verification import Difference
from carga.checking.web_access import WebAccess
from carga.report.folder import SUMMARY
from carga.report.summary import Summary


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What `verificar --json` prints."""

    veredicto: str
    frase: str
    diferencias: list[Difference]


def read_summary(given: Path | None, root: Path) -> tuple[Path, Summary]:
    """
    Read *given*, a resumen.json or the folder of one; by default the newest below *root*.

    Raises ValueError with a sentence when there is none.
    """
    path = given or max(root.glob(f"*/{SUMMARY}"), default=None)
    if path is None:
        raise ValueError(f"there is no report below {root}: run `simular` first, or name one")
    if path.is_dir():
        path /= SUMMARY
    try:
        return path, msgspec.json.decode(path.read_bytes(), type=Summary)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from None
    except msgspec.MsgspecError as error:
        raise ValueError(f"{path} is no report of a run: {error}") from None


async def verify_again(summary: Summary, web: WebAccess) -> Verified:
    """Raises ReporteAwayError when there is nothing to compare with."""
    async with ReporteClient(web) as reporte:
        report, counts = await reporte.counts(list(summary.libro))
    differences = _differences(summary, report, counts)
    if differences:
        verdict, sentence = "diferencias", f"Not exact: {len(differences):,} differences."
    else:
        events = sum(line.confirmados for line in summary.libro.values())
        verdict, sentence = "exacto", f"Exact: all {events:,} confirmed events are still counted."
    return Verified(veredicto=verdict, frase=sentence, diferencias=differences)


def _differences(summary: Summary, report: Reporte, counts: Sequence[int]) -> list[Difference]:
    if summary.epoca and report.epoca != summary.epoca:
        sentence = "epoca: /reporte is of another store than the run was; nothing compares"
        return [Difference("epoca", 0, 0, sentence)]
    differences = []
    for (name, line), now in zip(summary.libro.items(), counts, strict=True):
        least, most = line.antes + line.confirmados, line.antes + line.confirmados
        most += line.sin_confirmar
        if now < least:
            what = f"{least - now:,} lost"
        elif now > most:
            seed = summary.ajustes.semilla
            what = f"{now - most:,} more, twice or by another run with --semilla {seed}"
        else:
            continue
        sentence = f"{name}: {least:,} expected, {now:,} counted: {what}"
        differences.append(Difference(name, least, now, sentence))
    return differences
