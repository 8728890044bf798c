"""The state of this process that HTTP shows: the counts, and what moves by itself."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from aside.set_aside import summary
from comun.wire_time import rfc3339
from counting.totals import News, Totals
from live.delay import Delays
from live.instances import Instance, together
from live.rates import Rates
from live.rejected_fields import RejectedFields
from live.share import Share
from live.vitals import Vitals


class Live:
    """Everything that a request may read, and the bell that rings at each commit."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals
        self.vitals = Vitals()
        self.rates = Rates()
        self.delays = Delays()
        self.others: Sequence[Instance] = ()  # that count into the same store
        self.future_events: dict[str, Any] | None = None  # as of the last fold
        self.set_aside: Counter[str] = Counter()  # messages, by the broker's reason
        self.rejected_fields, self.share = RejectedFields(), Share()
        self.copies_wait = asyncio.Event()
        """Something came that we have to set aside by ourselves; whoever does so clears it."""
        self.closing = False
        self.counting = False  # a batch is on its way into the store
        self._bell = asyncio.Event()

    def hear(self, news: Iterable[News]) -> None:
        """What was counted into a store in which others count too, in order."""
        before = self.totals.etag
        for each in news:
            self.totals = self.totals.after(each)
        if self.totals.etag != before:
            self.ring()

    def ring(self) -> None:
        """Wake everyone who waits for a change."""
        self._bell.set()
        self._bell = asyncio.Event()

    def close(self) -> None:
        """Let waiting requests answer at once, so that the server can stop."""
        self.closing = True
        self.ring()

    async def changed_from(self, version: int) -> None:
        """Return when the version is another one."""
        while self.totals.version == version and not self.closing:
            await self._bell.wait()

    @contextmanager
    def batch_under_way(self) -> Iterator[None]:
        self.counting = True
        try:
            yield
        finally:
            self.counting = False

    async def counted(self, seconds: float) -> None:
        """Return once the batch that is being counted is in the totals, after *seconds* at most."""
        if self.counting:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._bell.wait()

    def instance(self) -> Instance:
        """How this process is, beside others."""
        vitals, now = self.vitals, time.monotonic()
        return Instance(
            broker=vitals.broker,
            desde=vitals.desde,
            almacen=vitals.almacen,
            escritura=vitals.escritura,
            cola=vitals.cola,
            newest_counted=vitals.newest_counted,
            dead_letters=vitals.dead_letters,
            members=vitals.members,
            tasas=self.rates.read(now),
            minute=self.delays.minute(now),
        )

    def whole(self) -> Instance:
        """How all are that count into the store, as one."""
        return together((self.instance(), *self.others))

    def status(self) -> dict[str, Any]:
        """`GET /reporte/estado`: of all of them."""
        whole = self.whole()
        cola = whole.cola
        generado = self.totals.generado if self.totals.version else None
        return {
            "broker": whole.broker,
            "desde": rfc3339(whole.desde),
            "cola": cola and {"listos": cola.listos, "sin_ack": cola.sin_ack},
            "atraso_s": round(whole.lag(time.time()), 3),
            "ultimo_commit": generado and rfc3339(generado),
            "almacen": whole.almacen,
            "tasas": {k: round(v, 3) for k, v in whole.tasas.items()},
            "retraso": whole.minute.told(),
            "futuros": self.future_events,
            "escritura": whole.escritura,
            "apartados": summary(self.set_aside),
            "por_apartar": {"broker": whole.dead_letters, "propios": self.vitals.copies},
            "instancias": 1 + len(self.others),
            "miembros": whole.members and whole.members._asdict(),
            **({"colas": dict(self.vitals.colas)} if len(self.vitals.colas) > 1 else {}),
        }
