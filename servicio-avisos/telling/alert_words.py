"""What an alert says to people, in their language."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping

from judging.alarms import Alert
from telling.tame import in_query, tame

WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "silencio": "{who} calla desde las {since}",
        "umbral+": "{who}: {value} en la ventana, más de {limit}",
        "umbral-": "{who}: {value} en la ventana, menos de {limit}",
        "banda+": "{who}: {value}, por encima de lo habitual ({limit})",
        "banda-": "{who}: {value}, por debajo de lo habitual ({limit})",
        "rechazados+": "{value} mensajes rechazados, más de {limit}",
        "duplicados+": "{value} mensajes duplicados, más de {limit}",
        "datos": "las cifras no están al día desde las {since}: {note}",
        "pausa": "el almacén está en pausa desde las {since}: se cuenta más tarde",
        "cola": "{value} mensajes esperan, más de {limit}",
        "whole": "todos",
        "fires": "AVISO",
        "over": "RESUELTO",
        "both": "AVISO Y RESUELTO",
        "still": "SIGUE",
        "repeated": "(puede que ya lo haya recibido)",
        "at": "a las {moment}",
        "lasted": "duró {length}",
        "more": "y {n} más, en la página",
        "title": "Pulso: {n} avisos",
        "test": "Pulso: una prueba",
        "test_body": "Si lee esto, este canal funciona.",
        "sin_respuesta": "las analíticas no responden",
        "sin_broker": "no hay conexión con el broker",
        "broker_bloqueado": "el broker no acepta mensajes",
        "broker_rechaza": "el broker rechaza lo que se publica",
        "almacen_en_pausa": "el almacén está en pausa",
        "con_atraso": "hay mensajes sin contar",
    },
    "en": {
        "silencio": "{who} has been silent since {since}",
        "umbral+": "{who}: {value} in the window, above {limit}",
        "umbral-": "{who}: {value} in the window, below {limit}",
        "banda+": "{who}: {value}, above what is usual ({limit})",
        "banda-": "{who}: {value}, below what is usual ({limit})",
        "rechazados+": "{value} rejected messages, above {limit}",
        "duplicados+": "{value} duplicate messages, above {limit}",
        "datos": "the numbers have been stale since {since}: {note}",
        "pausa": "the store has paused since {since}: counting waits",
        "cola": "{value} messages wait, above {limit}",
        "whole": "all",
        "fires": "ALERT",
        "over": "RESOLVED",
        "both": "ALERT, AND RESOLVED",
        "still": "STILL",
        "repeated": "(you may have had this already)",
        "at": "at {moment}",
        "lasted": "it lasted {length}",
        "more": "and {n} more, on the page",
        "title": "Pulso: {n} alerts",
        "test": "Pulso: a test",
        "test_body": "If you can read this, this channel works.",
        "sin_respuesta": "the analytics do not answer",
        "sin_broker": "there is no connection to the broker",
        "broker_bloqueado": "the broker takes no messages",
        "broker_rechaza": "the broker refuses what is published",
        "almacen_en_pausa": "the store has paused",
        "con_atraso": "messages wait to be counted",
    },
}


class AlertWords:
    """Sentences without markup; names from outside are tamed."""

    def __init__(self, language: str, zone: str, page: str) -> None:
        self._words = WORDS[language]
        self._zone, self._page = zoneinfo.ZoneInfo(zone), page

    def word(self, key: str, **values: object) -> str:
        return self._words[key].format(**values)

    def what(self, alert: Alert) -> str:
        """What is or was the matter, in one line."""
        key = alert.kind
        if key not in self._words:
            key += "-" if alert.value < alert.limit else "+"
        return self._words[key].format(
            who=tame(alert.subject) or self._words["whole"],
            value=_number(alert.value),
            limit=_number(alert.limit),
            since=self.moment(alert.fired if alert.since is None else alert.since),
            note=self._words.get(alert.note, ""),
        )

    def moment(self, seconds: float) -> str:
        return datetime.datetime.fromtimestamp(seconds, self._zone).strftime("%H:%M:%S (%Y-%m-%d)")

    def lasted(self, alert: Alert) -> str:
        seconds = round((alert.resolved or alert.fired) - alert.fired)
        return self.word("lasted", length=str(datetime.timedelta(seconds=seconds)))

    def link(self, alert: Alert) -> str:
        """The page with this client at this moment in the middle; empty without its address."""
        if not self._page:
            return ""
        until = datetime.datetime.fromtimestamp(alert.fired + 450, datetime.UTC)
        hasta = until.isoformat(timespec="seconds").replace("+00:00", "Z")
        who = f"{alert.about}={in_query(alert.subject)}&" if alert.subject else ""
        return f"{self._page}?{who}ventana=15m&hasta={in_query(hasta)}"


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f") if value == round(value) else f"{value:.1f}"
