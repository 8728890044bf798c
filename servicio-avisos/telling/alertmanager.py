"""Prometheus' Alertmanager, told in its own format (API v2)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from comun.wire_time import rfc3339
from judging.alarms import Alert
from telling.alert_words import AlertWords
from telling.not_told import NotToldError

AGAIN = 60.0  # seconds: it forgets an alert that it does not hear of
FORGETS = 300.0
AT_ONCE = 500  # alerts in a request
WITHIN = 10.0  # seconds


class Alertmanager:
    def __init__(self, address: str, words: AlertWords) -> None:
        self._url, self._words = f"{address}/api/v2/alerts", words

    async def tell(self, alerts: Iterable[Alert]) -> None:
        """Raises NotToldError, which does not show the address."""
        now = time.time()
        bodies = [self._one(alert, now) for alert in alerts]
        try:
            async with httpx.AsyncClient(timeout=WITHIN, trust_env=False) as client:
                for begin in range(0, len(bodies) or 1, AT_ONCE):  # nothing is a test, too
                    await self._post(client, bodies[begin : begin + AT_ONCE])
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotToldError(f"no connection to it ({type(error).__name__})") from None

    async def _post(self, client: httpx.AsyncClient, bodies: list[dict[str, Any]]) -> None:
        headers = {"Content-Type": "application/json"}
        answer = await client.post(self._url, content=msgspec.json.encode(bodies), headers=headers)
        if answer.status_code != HTTPStatus.OK:
            raise NotToldError(f"it answered {answer.status_code}")

    def _one(self, alert: Alert, now: float) -> dict[str, Any]:
        """Empty labels are as if they were not there, so that *subject* may be empty."""
        labels = {"alertname": alert.rule, "tipo": alert.kind, "servicio": "pulso"}
        if alert.subject:
            labels["sujeto"] = alert.subject
        one: dict[str, Any] = {
            "labels": labels,
            "annotations": {"summary": self._words.what(alert)},
            "startsAt": rfc3339(alert.fired),
            "endsAt": rfc3339(alert.resolved if alert.resolved is not None else now + FORGETS),
        }
        if link := self._words.link(alert):
            one["generatorURL"] = link
        return one
