"""What `GET /avisos` says."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from comun.wire_time import rfc3339
from judging.alarms import Alert
from judging.judge import Judge
from keeping.ledger import Ledger
from telling.courier import Courier
from telling.due import muted
from watching.rounds import Rounds

MOST_FIRING, MOST_RESOLVED = 200, 50


class AlertList:
    def __init__(
        self, judge: Judge, ledger: Ledger, rounds: Rounds, couriers: Sequence[Courier]
    ) -> None:
        self._judge, self._ledger, self._rounds = judge, ledger, rounds
        self._couriers = couriers

    def told(self) -> dict[str, Any]:
        """The newest first; times as everywhere on the wire."""
        ledger, freshness = self._ledger, self._judge.freshness
        firing = sorted(
            self._judge.alarms.firing.values(), key=lambda alert: alert.fired, reverse=True
        )
        return {
            "generado": rfc3339(time.time()),
            "al_dia": freshness.reason is None,
            "motivo": freshness.reason,
            "activos": [self._told(alert) for alert in firing[:MOST_FIRING]],
            "activos_total": len(firing) + self._judge.alarms.left_out,
            "resueltos": [self._told(alert) for alert in ledger.resolved[:MOST_RESOLVED]],
            "canales": [_courier(each) for each in self._couriers],
            "silenciado": [
                {"hasta": rfc3339(mute.until), "regla": mute.rule, "cliente": mute.client}
                for mute in ledger.mutes
            ],
            "vigilados": len(self._judge.watched.rhythms),
            "aprendiendo": self._judge.watched.learning,
            "sin_vigilar": self._rounds.unwatched,
            "almacen": "ok" if ledger.writable else "en_pausa",
        }

    def _told(self, alert: Alert) -> dict[str, Any]:
        return {
            "id": alert.id,
            "regla": alert.rule,
            "tipo": alert.kind,
            "sobre": alert.about or None,
            "sujeto": alert.subject or None,
            "desde": None if alert.since is None else rfc3339(alert.since),
            "disparado": rfc3339(alert.fired),
            "resuelto": None if alert.resolved is None else rfc3339(alert.resolved),
            "valor": round(alert.value, 3),
            "limite": round(alert.limit, 3),
            "nota": alert.note or None,
            "callado": alert.resolved is None and muted(alert, self._ledger.mutes),
        }


def _courier(courier: Courier) -> dict[str, Any]:
    since = courier.failing_since
    return {
        "nombre": courier.manners.name,
        "falla_desde": None if since is None else rfc3339(since),
        "motivo": courier.why or None,
        "esperan": courier.waiting,
    }
