"""Who is told of alerts, and when they heard of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.avisos.receivers import (
    MailReceiver,
    WebReceiver,
    alertmanager,
    mail_receiver,
    web_receiver,
)

PATIENCE = 200.0
FIRES, OVER = "ALERT", "RESOLVED"
STATUS = {"firing": FIRES, "resolved": OVER}  # as an Alertmanager says it


class Delay(NamedTuple):
    """Seconds from the end of the window to the receiver."""

    what: str
    phase: str
    seconds: float
    receiver: str


class Receivers(NamedTuple):
    """An HTTP and an SMTP server, and what Debian's Alertmanager passes on, by its address."""

    web: WebReceiver
    mail: MailReceiver
    passed_on: WebReceiver
    alertmanager: str

    def heard(self) -> dict[str, list[tuple[float, str]]]:
        """When each heard what."""
        return {
            "HTTP": [
                (at, said["message"])
                for at, said in zip(self.web.heard_at, self.web.heard, strict=False)
            ],
            "SMTP": list(zip(self.mail.mailed_at, self.mail.texts, strict=False)),
            "Alertmanager": [
                (at, f"{STATUS[alert['status']]}\n{alert['labels']['alertname']}, at ")
                for at, said in zip(self.passed_on.heard_at, self.passed_on.heard, strict=False)
                for alert in said["alerts"]
            ],
        }


@contextmanager
def receivers(folder: Path) -> Iterator[Receivers]:
    with (
        web_receiver() as web,
        mail_receiver() as mail,
        web_receiver() as passed_on,
        alertmanager(folder / "alertmanager", passed_on) as address,
    ):
        yield Receivers(web, mail, passed_on, address)


class Told:
    """Waits for what every receiver hears of one rule after the other."""

    def __init__(self, receivers: Receivers) -> None:
        self._receivers = receivers
        self.delays: list[Delay] = []

    async def wait(self, rule: str, phase: str, cause: float, window: float) -> None:
        """*cause* is when what is wrong or right again began to be so."""
        end = time.time() + window + PATIENCE
        while not all((found := self._heard(rule, phase, cause)).values()):
            if time.time() > end:
                raise TimeoutError(f"{rule}: {phase} was never told")
            await asyncio.sleep(0.02)
        self.delays += (
            Delay(rule, phase, times[0] - cause - window, receiver)
            for receiver, times in found.items()
        )

    def _heard(self, rule: str, phase: str, since: float) -> dict[str, list[float]]:
        """When each receiver did."""
        return {
            receiver: [
                at
                for at, said in heard
                if at >= since and f"\n{rule}, at " in said and said.startswith(phase)
            ]
            for receiver, heard in self._receivers.heard().items()
        }
