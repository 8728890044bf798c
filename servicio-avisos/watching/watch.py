"""The round: read, judge, note, and let those be told who are to be."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from judging.judge import Judge
from keeping.alert_store import Told
from keeping.ledger import Ledger
from telling.courier import Courier
from telling.receivers import Receivers, mute_ended
from watching.rounds import Rounds

LOG = logging.getLogger("avisos.watch")
A_ROUND = 0.75  # seconds at least: three questions, each a quarter of a second after another
CHECKPOINT = 600.0  # seconds from one keeping of what was learnt to the next: 1 KB a client


class Watch:
    """*judged* is how long the last judging took, in seconds; *rounds* how many there were."""

    def __init__(
        self,
        rounds: Rounds,
        judge: Judge,
        ledger: Ledger,
        receivers: Receivers,
        couriers: Sequence[Courier],
    ) -> None:
        self._rounds, self._judge, self._ledger = rounds, judge, ledger
        self._receivers, self._couriers = receivers, couriers
        self._checkpoint = time.monotonic() + CHECKPOINT
        self.judged, self.rounds = 0.0, 0

    @property
    def asked(self) -> int:
        """How many requests the analytics had of this service."""
        return self._rounds.asked

    async def run(self, stop: asyncio.Event) -> None:
        """Until *stop*; then what was learnt is kept."""
        while not stop.is_set():
            begun = time.monotonic()
            await self.round()
            rest = begun + A_ROUND - time.monotonic()
            if rest > 0:
                await asyncio.sleep(rest)
        await self._keep()

    async def round(self) -> None:
        reading = await self._rounds.read()
        await self._ledger.read_mutes()
        begun = time.perf_counter()
        changes = self._judge.judge(reading)
        self.judged = time.perf_counter() - begun
        for alert in changes:
            what = "fires" if alert.resolved is None else "is over"
            LOG.info("%s %s: %.64r", alert.rule, what, alert.subject)
        keys = self._receivers.keys
        await self._ledger.note([(alert, keys(alert, self._ledger)) for alert in changes])
        await self._tell_who_was_muted()
        for courier in self._couriers:
            courier.wake()
        self.rounds += 1
        if time.monotonic() >= self._checkpoint:
            self._checkpoint = time.monotonic() + CHECKPOINT
            await self._keep()

    async def _tell_who_was_muted(self) -> None:
        late = mute_ended(self._ledger.firing, self._receivers, self._ledger)
        if late:
            await self._ledger.tell(dict.fromkeys(late, Told()))

    async def _keep(self) -> None:
        await self._ledger.keep_rhythms(self._judge.watched.packed())
