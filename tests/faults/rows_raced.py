"""Row 66: copies and conflicts come to two analytics on one PostgreSQL at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain

from tests.faults.rig import Rig
from tests.faults.rows_content import publish
from tests.faults.rows_server import counts_in_a_server, into_the_file
from tests.faults.workload import body_of
from tests.port_ranges import free_ports
from tests.stack import HTTP, Part

Message = tuple[str, bytes]
AT_ONCE = 4  # of many at once RabbitMQ 4.3 gives all to one consumer


def raced(rig: Rig, copies: int, conflicts: int) -> None:
    """
    One right after the other: the queue gives the first to one consumer and the second to the next.

    Of a conflict either body may be counted, and the other one must be set aside.
    """
    with counts_in_a_server(rig):
        ports = free_ports(2)
        rig.analytics.environment["METRICS_PORT"] = str(ports[0])
        rig.start()
        url, (report_port,) = rig.analytics.environment["STORE_URL"], free_ports(1)
        other = rig.new_analytics(
            "analytics-other", STORE_URL=url, REPORTE_PORT=report_port, METRICS_PORT=ports[1]
        )
        other.start()
        pairs = _pairs(copies, conflicts)
        rig.rng.shuffle(pairs)
        numbers = range(copies + 2 * conflicts)
        rig.note_attempts(numbers)
        asyncio.run(publish(rig.vhost.url, list(chain.from_iterable(pairs)), AT_ONCE))
        rig.note_acknowledged(numbers)
        rig.findings.faults = len(pairs)
        rig.until_quiet()
        _check_fates(rig, copies, conflicts)
        shares = [_counted_by(part) for part in (rig.analytics, other)]
        rig.findings.notes.append(f"counted by one {shares[0]}, by the other {shares[1]}")
        rig.findings.check(min(shares) > 0, f"one of them counted nothing: {shares}")
        rig.findings.check(other.stop() == 0, "the other one did not stop cleanly")
        into_the_file(rig)
    _note_which_lost(rig, range(copies, copies + 2 * conflicts))


def _pairs(copies: int, conflicts: int) -> list[Sequence[Message]]:
    """The numbers of two bodies under one id follow each other."""
    same = [[(f"copy-{n}", body_of(n))] * 2 for n in range(copies)]
    first = range(copies, copies + 2 * conflicts, 2)
    two = [[(f"conflict-{n}", body_of(n)), (f"conflict-{n}", body_of(n + 1))] for n in first]
    return [*same, *two]


def _check_fates(rig: Rig, copies: int, conflicts: int) -> None:
    fates = (rig.read("/libro") or {"mensajes": {}})["mensajes"]
    expected = {
        "recibidos": 2 * (copies + conflicts),
        "contados": copies + conflicts,
        "duplicados": copies,
        "conflictos": conflicts,
        "rechazados": 0,
    }
    rig.findings.check(fates == expected, f"the ledger says {fates}, not {expected}")


def _counted_by(part: Part) -> int:
    text = HTTP.get(f"http://127.0.0.1:{part.environment['METRICS_PORT']}/metrics").text
    series = 'pulso_messages_total{fate="counted"} '
    return sum(
        int(float(line.removeprefix(series)))
        for line in text.splitlines()
        if line.startswith(series)
    )


def _note_which_lost(rig: Rig, numbers: Sequence[int]) -> None:
    """Of each two that shared an id."""
    counted, _ = rig.counted(rig.ledger())
    pairs = [(n, n + 1) for n in numbers[::2]]
    neither = [pair for pair in pairs if sum(n in counted for n in pair) != 1]
    rig.findings.check(not neither, f"not one of two was counted: {neither[:3]}")
    rig.conflicting = frozenset(n for n in numbers if n not in counted)
