"""
Runs of rows side by side, in two lanes: a process with a broker of its own each.

One lane takes the busy runs, the other those that mostly wait, until either helps the other out.
Runs that must not be disturbed come first, while the second lane is not there yet.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from tests.broker_stack import Broker
from tests.ending import end_in_order
from tests.faults.execution import Result, execute
from tests.faults.printing import describe
from tests.faults.row import Pace, Row

Say = Callable[[str], None]
MAX_LANES = 2


class Run(NamedTuple):
    number: int  # the place of its result
    row: Row
    seed: int
    size: str


class Plan:
    """Which run is next for whom."""

    def __init__(self, runs: Sequence[Run], lanes: int) -> None:
        def of(*paces: Pace) -> deque[Run]:
            return deque(run for run in runs if run.row.pace in paces)

        self._lanes = lanes
        self._first, self._busy, self._idle = of(Pace.UNDISTURBED), of(Pace.BUSY), of(Pace.IDLE)

    def next_for(self, lane: int) -> Run | None:
        """None when there is nothing for this lane, for good or as long as lane 0 is busy."""
        if self._first:
            return self._first.popleft() if lane == 0 else None
        mine, theirs = (self._busy, self._idle) if lane == 0 else (self._idle, self._busy)
        if mine:
            return mine.popleft()
        # The last of the others, so that those which are busiest come at different times.
        return theirs.pop() if theirs else None

    @property
    def side_by_side(self) -> bool:
        """Whether a second lane would have something to do now."""
        return self._lanes > 1 and not self._first and bool(self._busy or self._idle)


@dataclass
class Lane:
    process: BaseProcess
    pipe: Connection
    run: Run | None = None


def run_all(runs: Sequence[Run], lanes: int, folder: Path, say: Say) -> list[Result]:
    """Return the results in the order of *runs*; *say* hears of each as it begins and ends."""
    plan = Plan(runs, lanes)
    results: dict[int, Result] = {}
    with ExitStack() as stack:
        at_work: list[Lane] = []
        while len(results) < len(runs):
            if not at_work or (plan.side_by_side and len(at_work) < MAX_LANES):
                at_work.append(stack.enter_context(_lane(folder / f"lane-{len(at_work)}")))
            for number, lane in enumerate(at_work):
                if lane.run is None and (run := plan.next_for(number)) is not None:
                    say(f"row {run.row.number}: {run.row.title} (seed {run.seed})")
                    lane.run = run
                    lane.pipe.send(run)
            for number, result in _finished(at_work):
                results[number] = result
                say(describe(result))
    return [results[run.number] for run in runs]


def _finished(lanes: Sequence[Lane]) -> Iterator[tuple[int, Result]]:
    """Wait until a lane is done with its run. Raises EOFError when one has died."""
    ready = wait([lane.pipe for lane in lanes if lane.run is not None])
    for lane in lanes:
        if lane.pipe in ready and lane.run is not None:
            yield lane.run.number, lane.pipe.recv()
            lane.run = None


@contextmanager
def _lane(folder: Path) -> Iterator[Lane]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_work, args=(theirs, folder), daemon=True)
    process.start()
    theirs.close()  # so that the end of the process is the end of the pipe
    try:
        yield Lane(process, ours)
    finally:
        process.terminate()
        process.join()


def _work(pipe: Connection, folder: Path) -> None:
    end_in_order()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # one Ctrl-C reaches both; whoever started us ends us
    with Broker(folder / "broker").at_work() as broker:
        while True:
            run: Run = pipe.recv()
            place = folder / f"{run.number}-row-{run.row.number}-{run.seed}"
            place.mkdir()
            do = run.row.full if run.size == "full" else run.row.short
            assert do, f"row {run.row.number} has no short version"
            pipe.send(execute(run.row, do, broker, place, run.seed))
