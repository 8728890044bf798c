"""Rows 30, 31 and 33: bodies nobody should send, bodies that forge a log, clocks that jump."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from tests.faults.report_reader import seconds_of
from tests.faults.rig import Rig
from tests.faults.rows_content import CHUNK, publish
from tests.foreign_publisher import RawText
from tests.foreign_publisher import publish as publish_foreign
from tests.stack import ROOT

LOG_BYTES = 1_000_000
FORGED = "2026-11-24 00:00:00,000 CRITICAL analiticas forged"


def bodies_that_cannot_count() -> list[bytes]:
    """The rejected ones of the contract, and what breaks parsers."""
    contract = json.loads((ROOT / "tests/contracts/evento.json").read_text())
    nasty = [
        b"[" * 100_000,
        b'{"cliente":' * 50_000,
        b'{"cliente":' + b"9" * 5000 + b"}",
        b'{"cliente":9223372036854775808}',
        b'{"cliente":true}',
        b'{"cliente":NaN}',
        b'{"cliente":1e999}',
        '{"cliente":"a"}'.encode("utf-16"),
        b'{"cliente":"\xff"}',
        b"\x00" * 1000,
        b'{"cliente":"' + b"a" * 1_000_000 + b'"}',
    ]
    return [case["raw"].encode() for case in contract["rejected"]] + nasty


def corpus(rig: Rig, neighbours: int, rounds: int) -> None:
    """Row 30: each is set aside once, whole; the connection and the neighbours live on."""
    rig.start()
    connected = (rig.read("/estado") or {"desde": ""})["desde"]
    bad = bodies_that_cannot_count()
    rig.other_bodies = frozenset(bad)
    rig.load(500, neighbours)
    expected: list[bytes] = []
    for n in range(rounds):
        rig.rng.shuffle(bad)
        asyncio.run(publish(rig.vhost.url, [(f"bad-{n}-{k}", body) for k, body in enumerate(bad)]))
        expected += bad
    expected += asyncio.run(_odd_properties(rig))
    rig.finish_loads()
    rig.until_quiet()
    rejected = rig.set_aside(len(expected))
    rig.findings.faults = len(expected)
    rig.findings.check(
        sorted(rejected) == sorted(expected),
        f"{len(rejected)} set aside, not exactly the {len(expected)} sent",
    )
    still = (rig.read("/estado") or {"desde": ""})["desde"]
    rig.findings.check(still == connected, "the consumer lost its connection")


async def _odd_properties(rig: Rig) -> list[bytes]:
    """Properties that the client library can't decode, on a body that can't count either."""
    body = b"[]"
    for raw in (b"\xff\xfe", b"\xc3"):
        await publish_foreign(rig.vhost, body, app_id=RawText(raw))
        await publish_foreign(rig.vhost, body, headers={"X-Client-Name": RawText(raw)})
        await publish_foreign(rig.vhost, body, headers={RawText(raw): "x"})
        await publish_foreign(rig.vhost, body, message_id=RawText(raw))
    return [body] * 8


def forging_body(n: int) -> bytes:
    """A body that can't count, with a line break in every field, whichever field is named."""
    evil = f"a\n{FORGED} {n}"
    event = {"cliente": evil, "evento": evil, "timestamp": evil, "metadata": {evil: evil}}
    right = [{}, {"cliente": "a"}, {"cliente": "a", "evento": "b"}]
    if n % 4 < len(right):
        return json.dumps({**event, evil: evil, **right[n % 4]}).encode()
    return f"\n{FORGED} {n}\n".encode()


def forged_log(rig: Rig, messages: int) -> None:
    """Row 31: a flood of bad messages neither forges a line of the log nor fills the disk."""
    rig.start()
    bad = [forging_body(n) for n in range(messages)]
    rig.other_bodies = frozenset(bad)
    named = [(f"\n{FORGED} {n}", body) for n, body in enumerate(bad)]
    evil = f"\n{FORGED}\n"
    texts = dict.fromkeys(("app_id", "content_type", "message_type", "correlation_id"), evil)
    headers = {"X-Client-Name": evil, evil: evil}
    asyncio.run(publish(rig.vhost.url, named, CHUNK, headers=headers, **texts))
    rig.load(500, 100)
    rig.finish_loads()
    rig.until_quiet()
    log = rig.analytics.log
    size, forged = len(log.encode()), sum(x.startswith(FORGED) for x in log.splitlines())
    rejected = len(rig.set_aside(messages))
    rig.findings.faults = messages
    rig.findings.notes.append(f"{size} bytes of log, {forged} forged lines")
    rig.findings.check(rejected == messages, f"{rejected} set aside, not {messages}")
    rig.findings.check(size <= LOG_BYTES, f"the log has {size} bytes")
    rig.findings.check(forged == 0, f"{forged} forged lines")


def clock_jumps(rig: Rig, jumps: int, rate: float) -> None:
    """Row 33: the clock of the analytics jumps an hour back and forth."""
    clock = rig.folder / "clock"
    clock.write_text("0")
    rig.analytics.environment |= {
        "PYTHONPATH": str(Path(__file__).parent / "clock"),
        "FAULTS_CLOCK": str(clock),
    }
    rig.start()
    rig.load(rate)
    rig.until_counting(20)
    lags, moved = [], 0.0
    for n in range(jumps):
        clock.write_text(str((3600, -3600, 0)[n % 3]))
        time.sleep(rig.rng.uniform(0.3, 1.5))
        told = (rig.read() or {"generado": "1970-01-01T00:00:00Z"})["generado"]
        moved = max(moved, seconds_of(told) - time.time())
        lags.append((rig.read("/estado") or {"atraso_s": -1})["atraso_s"])
        rig.findings.faults += 1
    clock.write_text("0")
    rig.until_counting(20)
    rig.finish_loads()
    rig.until_quiet()
    kept = (rig.read("/libro") or {"ventana_ids": {"filas": -1}})["ventana_ids"]["filas"]
    rig.findings.check(moved > 3000, "the clock never moved: the row shows nothing")
    rig.findings.check(min(lags) >= 0, f"an age of {min(lags)} s")
    rig.findings.check(kept == len(rig.ledger().confirmed), f"only {kept} ids are kept")
    rig.findings.check("no connection" not in rig.analytics.log, "the connection was lost")
