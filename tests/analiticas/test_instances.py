"""How several processes are, told as one."""

from __future__ import annotations

import time
from dataclasses import replace

from live.delay import Delays
from live.instances import Instance, packed, together, unpacked
from live.queue_members import QueueMembers
from live.vitals import QueueDepth

NOW = 1_795_503_600.0


def one(delay: float = 0.01, messages: int = 10) -> Instance:
    delays = Delays()
    sent = [(NOW - delay, NOW - delay, 1)] * messages
    delays.add(sent, NOW, time.monotonic())
    return Instance(
        broker="conectado",
        desde=NOW,
        almacen="ok",
        escritura="ok",
        cola=QueueDepth(5, 2, NOW),
        newest_counted=NOW - 1,
        dead_letters=None,
        members=QueueMembers(3, 3, bastan=True),
        tasas={"1s": 1.0, "10s": 2.0, "60s": 3.0},
        minute=delays.minute(time.monotonic()),
    )


def test_one_is_itself() -> None:
    """Nothing is computed where there is nobody else."""
    alone = one()
    assert together([alone]) is alone


def test_lag_only_while_something_waits() -> None:
    """Without anything in the queue there is no lag, however old the last event is."""
    busy = one()
    idle = replace(busy, cola=QueueDepth(0, 0, NOW))

    assert (busy.lag(NOW + 60), idle.lag(NOW + 60)) == (61.0, 0.0)
    assert replace(busy, cola=None).lag(NOW + 60) == 0.0


def test_it_comes_as_it_went() -> None:
    """What the others are told is what it knows."""
    this = one()
    that = unpacked(packed(this))

    assert that
    assert replace(that, minute=this.minute) == this
    assert that.minute.told() == this.minute.told()
    assert unpacked(b"\x91\x07") is None


def test_they_are_well_while_one_of_them_is() -> None:
    """The state of one that has lost broker or store is not that of all."""
    lost = replace(
        one(), broker="reconectando", desde=NOW + 9, almacen="en_pausa", escritura=None, cola=None
    )
    whole = together([lost, one(), replace(one(), desde=NOW - 5)])

    assert (whole.broker, whole.almacen, whole.escritura) == ("conectado", "ok", "ok")
    assert whole.desde == NOW - 5
    assert together([lost, lost]).broker == "reconectando"
    assert together([lost, lost]).cola is None


def test_the_queue_has_the_fewest_members_that_anybody_sees() -> None:
    """Who is cut off from a node is the one that tells of it; who knows nothing takes no part."""
    fewer = QueueMembers(3, 2, bastan=False)
    ignorant, cut_off = replace(one(), members=None), replace(one(), members=fewer)

    assert together([one(), ignorant, cut_off]).members == fewer
    assert together([ignorant, one()]).members == one().members
    assert together([ignorant, ignorant]).members is None


def test_what_they_do_adds_up() -> None:
    """Rates and what is in hand are sums; the queue is one, as it was looked at last."""
    later = replace(one(0.5, 30), cola=QueueDepth(3, 4, NOW + 1), dead_letters=2)
    whole = together([one(), later, replace(one(), newest_counted=None)])

    assert whole.tasas == {"1s": 3.0, "10s": 6.0, "60s": 9.0}
    assert whole.cola == QueueDepth(3, 8, NOW + 1)
    assert (whole.dead_letters, whole.newest_counted) == (2, NOW - 1)
    told = whole.minute.told()
    assert told["mensajes"] == 50
    assert told["p95"] is not None
    assert told["p95"] > 0.4
