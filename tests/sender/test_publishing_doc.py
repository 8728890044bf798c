"""docs/publishing.md says what runs."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

from events.event_check import MAX_EVENT
from publishing.delivery_loop import IN_FLIGHT, IN_FLIGHT_BYTES
from publishing.event_queue import Limits
from tests.broker_stack import VirtualHost
from tests.sender.delivery import LIMIT, BoundQueue, events_of
from tests.stack import ROOT

DOC = (ROOT / "docs" / "publishing.md").read_text()


async def test_program_in_the_document_runs(vhost: VirtualHost, tmp_path: Path) -> None:
    """The Python program of the document publishes its 10,000 events in batches."""
    queue = BoundQueue(vhost)
    await queue.declare()
    (program,) = re.findall(r"```python\n(.*?)```", DOC, re.DOTALL)
    node = vhost.broker
    there = f'"{node.host}", {node.port}, "{node.user}", "{node.password}", "{vhost.name}"'
    assert program.count('"127.0.0.1", 5672, "pulso", "pulso", "/"') == 1
    path = tmp_path / "program.py"
    path.write_text(program.replace('"127.0.0.1", 5672, "pulso", "pulso", "/"', there))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "sender"), str(ROOT)))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, path, env=environment, stdout=PIPE, stderr=STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), LIMIT)
    messages = await queue.take_all()

    assert (process.returncode, out) == (0, b"0 events were never confirmed and may be lost\n")
    assert sum(len(events_of(m.body)) for m in messages) == 10_000
    assert len(messages) < 500


def test_figures_in_the_document_are_those_of_the_code() -> None:
    """Limits that the document states are the limits."""
    limits = Limits()
    assert (limits.messages, limits.bytes) == (10_000, 64 * 1024**2)
    assert (limits.batch_bytes, limits.linger) == (64 * 1024, 0.005)
    assert (IN_FLIGHT, IN_FLIGHT_BYTES, MAX_EVENT) == (64, 8 * 1024**2, 1024**2)
    for stated in ("10,000 messages and 64 MiB", "64 messages and 8 MiB", "at most 5 ms or 64 KB"):
        assert stated in DOC
