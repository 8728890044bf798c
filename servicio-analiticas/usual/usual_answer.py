"""From the store to the answer of `GET /reporte/habitual`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from comun.wire_time import rfc3339
from database.connection import Connection
from history.answer import Steps, added_to, no_place
from history.catalogue import Catalogue, Name
from history.horizon import Horizon
from history.local_days import zone_of
from history.query import BadQueryError, NotKeptError
from history.spread import sort
from history.view import View
from history.window import Window, window_of
from usual.band import LEAST_WEEKS, Band, band
from usual.former_weeks import HOUR
from usual.past import Judged, Past
from usual.usual_query import KINDS, MOST_STEPS_EACH, UsualQuery


class Listed(NamedTuple):
    """What an answer is about, and after which name the next page begins."""

    names: list[Name]
    next_one: str | None


def usual_answer(db: Connection, view: View, query: UsualQuery) -> dict[str, Any]:
    """*db* sees the store as of the view's commit. Raises BadQueryError and NotKeptError."""
    catalogue, levels, pending, now = view
    window = _checked(query, window_of(query.about, levels, now.wall))
    waiting = sort(pending, catalogue, levels, now)
    steps = Steps(db, window, added_to(waiting, catalogue, window))
    listed = _listed(query, catalogue, window)
    series = [catalogue.series[name] for name in listed.names if name in catalogue.series]
    happened = steps.points(series)
    past = Past.read(db, view, waiting, window, zone_of(query.zona), series)

    def told(name: Name) -> dict[str, Any]:
        one = catalogue.series.get(name)
        points = happened[one.id] if one else [0] * window.points
        return _series(name, points, past.of(one), query.veces)

    complete = all(catalogue.is_complete(name, window.start) for name in listed.names)
    lacks_before = Horizon(db).lacks_before(window.level, window.start)
    return {
        "desde": rfc3339(window.start),
        "hasta": rfc3339(window.end),
        "paso_s": window.step,
        **window.told(),
        "completo": complete and lacks_before is None,
        "falta_antes_de": None if lacks_before is None else rfc3339(lacks_before),
        "zona": query.zona,
        "veces": query.veces,
        "semanas_minimas": LEAST_WEEKS,
        "series": [told(name) for name in listed.names],
        "siguiente": listed.next_one,
    }


def _checked(query: UsualQuery, window: Window) -> Window:
    if window.step > HOUR and window.step % HOUR:
        raise BadQueryError("paso: at most 1h, or whole hours")
    if query.por and window.points > MOST_STEPS_EACH:
        raise BadQueryError(
            f"paso: makes {window.points} points of each series, at most {MOST_STEPS_EACH} where"
            " all of a kind are asked for; take a longer one, or a shorter ventana"
        )
    return window


def _listed(query: UsualQuery, catalogue: Catalogue, window: Window) -> Listed:
    if query.por is None:
        name = (query.cliente, query.evento)
        if name not in catalogue.series and not catalogue.is_complete(name, window.start):
            raise NotKeptError(no_place(name))
        return Listed([name], None)
    kind = KINDS.index(query.por)
    names = sorted(
        text
        for name in catalogue.series
        if (text := name[kind]) is not None and name[1 - kind] is None and text > query.despues
    )
    page = names[: query.limite]
    listed: list[Name] = [(text, None) if kind == 0 else (None, text) for text in page]
    return Listed(listed, page[-1] if len(names) > len(page) else None)


def _series(name: Name, points: list[int], judged: Judged, times: float) -> dict[str, Any]:
    bands = [band(one, judged.noise, times) for one in judged.steps] if judged.is_known else None
    whole = band(judged.whole, judged.noise, times) if judged.is_known else None
    return {
        "cliente": name[0],
        "evento": name[1],
        "estado": "sabido" if judged.is_known else "aprendiendo",
        "semanas": judged.weeks,
        "puntos": points,
        **_columns(bands),
        "todo": {"puntos": sum(points), **_one(whole)},
    }


def _columns(bands: Sequence[Band | None] | None) -> dict[str, list[float | None] | None]:
    if bands is None:
        return dict.fromkeys(_one(None))
    rows = [_one(each) for each in bands]
    return {key: [row[key] for row in rows] for key in _one(None)}


def _one(band: Band | None) -> dict[str, float | None]:
    middle, low, high = band or (None, None, None)
    return {"medio": _round(middle), "bajo": _round(low), "alto": _round(high)}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
