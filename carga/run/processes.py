"""The processes of a run, as their parent sees them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

from carga.wire.messages import Generate, Said, Watch, packed, received

SENDER = Path(__file__).resolve().parents[2] / "sender"
END_SECONDS = 3.0


class WorkerDiedError(RuntimeError):
    """A process of the run ended before it was told to; its own words are on stderr."""


class Worker:
    def __init__(self, name: str, process: Process) -> None:
        self.name = name
        if process.stdin is None or process.stdout is None:
            raise ValueError(f"{name} has no pipes")
        self._process, self._input, self._output = process, process.stdin, process.stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    def say(self, message: Said) -> None:
        with suppress(ConnectionError):
            self._input.write(packed(message))

    async def hear(self) -> Said:
        """Raises WorkerDiedError when there is nobody to listen to any more."""
        message = await received(self._output)
        if message is None:
            raise WorkerDiedError(f"the process {self.name!r} ended unexpectedly")
        return message

    async def end(self) -> None:
        self._input.close()  # by which it knows
        try:
            await asyncio.wait_for(self._process.wait(), END_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def working(
    name: str, purpose: Literal["generate", "watch"], task: Generate | Watch
) -> AsyncIterator[Worker]:
    """Start a process, and end it when the context is left."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "carga.run.worker", purpose),
        stdin=PIPE,
        stdout=PIPE,
        env={"PYTHONPATH": os.pathsep.join([str(SENDER), *filter(None, sys.path)])},
        start_new_session=True,  # Ctrl-C is for the parent, who tells what to do
    )
    worker = Worker(name, process)
    try:
        worker.say(task)
        yield worker
    finally:
        await worker.end()
