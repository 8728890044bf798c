"""
Where the analytics' time goes under a foreign publisher of one event a message.

make profile-foreign [T=RATE]     (half a minute; 16,000 messages a second unless given)

Samples the analytics with py-spy, which is no package of ours: `.venv/bin/pip install py-spy`.
A sample is of a thread that runs (one that waits for the disk doesn't), and counts for the
innermost function that belongs to a part named below.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from broker.topology import EXCHANGE
from chain_load import stage
from ingest_scope import FIFTY, core, ms
from measure_ingest import FOREIGN_WINDOW
from peer_pair import c_program
from screen import PROXIED
from tests.broker_stack import Broker
from tests.ending import end_in_order

PY_SPY = Path(sys.executable).with_name("py-spy")
SECONDS = 15
SETTLE = 3  # seconds until the load is under way, and as many before its end
SAMPLES_A_SECOND = 250
PARTS = (
    ("bytes to messages", ("delivery_stream.py", "delivery_transport.py")),
    ("the rest of AMQP", ("aiormq/", "pamqp/", "lenient_amqp.py")),
    ("our queue of deliveries", ("inbox.py", "batch_cut.py", "consumer.py")),
    ("ids: looked up and kept", ("kept_ids.py", "message_identity.py", "verdict.py")),
    ("decoding and counting", ("tally.py", "cell_reading.py", "event_decoding.py")),
    ("commit", ("transactions.py",)),
    ("log of counts, history", ("delta", "fold", "history", "name_totals.py")),
    ("rest of the store", ("store.py", "rejections.py")),
    (
        "reports and HTTP",
        ("report_http.py", "live.py", "totals.py", "quart/", "hypercorn/", "h11/"),
    ),
    ("event loop", ("asyncio/", "concurrent/", "threading.py")),
)


def part_of(stack: str) -> str:
    for frame in reversed(stack.split(";")):
        for part, marks in PARTS:
            if any(mark in frame for mark in marks):
                return part
    return "others"


def shares(lines: Iterable[str]) -> list[tuple[str, float]]:
    """Return each part's share of the samples, from lines of `stack count`."""
    samples: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        samples[part_of(stack)] += int(count)
    return [(part, count / samples.total()) for part, count in samples.most_common()]


def sampler(pid: int, output: Path) -> list[str]:
    """The command that samples *pid* in the middle of a load that begins now."""
    sample = [
        str(PY_SPY),
        *("record", "--format", "raw", "--full-filenames", "--nonblocking"),
        *("--rate", str(SAMPLES_A_SECOND), "--duration", str(SECONDS - 2 * SETTLE)),
        *("--pid", str(pid), "--output", str(output)),
    ]
    return ["sh", "-c", f"sleep {SETTLE}; exec {shlex.join(sample)}"]


def profile(rate: int, folder: Path, broker: Broker) -> None:
    words = map(str, (EXCHANGE, FOREIGN_WINDOW, SECONDS, rate))
    program = [c_program(folder, "peer_publisher"), *words]
    output = folder / "samples.txt"
    with stage(broker, folder / "chain", FIFTY) as chain:
        command = sampler(chain.chain.parts["servicio-analiticas"].pid, output)
        sampling = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        loaded = chain.load_by(program, rate, SECONDS)
        if sampling.wait(timeout=60) != 0:
            raise SystemExit("py-spy could not sample: only root may")
    middle = ms(loaded, PROXIED, "p50")
    print(f"{rate:,} messages/s: p50 {middle:.0f} ms to a viewer; of a core:")
    print(", ".join(f"{name} {core(loaded, name):.0f} %" for name in loaded.cost.uses))
    for part, share in shares(output.read_text().splitlines()):
        print(f"{part:36}{share:6.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Where the time of counting goes.")
    parser.add_argument("rate", nargs="?", type=int, default=16_000)
    rate = parser.parse_args().rate
    if not PY_SPY.exists():
        print("py-spy is missing: run `.venv/bin/pip install py-spy`", file=sys.stderr)
        return 2
    end_in_order("make profile-foreign")
    with (
        tempfile.TemporaryDirectory(prefix="pulso-profile-") as folder,
        Broker(Path(folder)).at_work() as broker,
    ):
        profile(rate, Path(folder), broker)
    return 0


if __name__ == "__main__":
    sys.exit(main())
