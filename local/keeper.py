"""Keeps programs running: starts again what ends, stops all in the end."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from part_log import PartLog, written_to
from service_programs import Program

LOG = logging.getLogger("keeper")
START_PART = Path(__file__).resolve().with_name("start_part.py")
SHORTEST_LIFE = 1.0  # seconds: what ends sooner, again and again, is started once in this time

Ended = Callable[[str, int], None]
"""Is told the name and exit code of a program that ended by itself."""


@asynccontextmanager
async def kept(
    programs: Iterable[Program], folder: Path, ended: Ended = lambda name, code: None
) -> AsyncIterator[None]:
    """Run *programs* in *folder* as long as the context lasts. What they say is in `log/`."""
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(keep(program, folder, ended)) for program in programs]
        try:
            yield
        finally:
            for part in parts:
                part.cancel()


async def keep(program: Program, folder: Path, ended: Ended) -> None:
    """Run *program*, again whenever it ends, until cancelled: then it is asked to stop."""
    log = PartLog(folder / "log" / f"{program.name}.log")
    while True:
        began = time.monotonic()
        async with written_to(log) as output:
            try:
                process = await _start(program, folder, output)
            finally:
                os.close(output)  # or there would be no end of what it says
            LOG.info("%s started as process %d", program.name, process.pid)
            try:
                code = await process.wait()
            finally:
                await _stop(process, program.stop_seconds)
        LOG.warning("%s ended by itself, exit code %d", program.name, code)
        ended(program.name, code)
        await asyncio.sleep(began + SHORTEST_LIFE - time.monotonic())


async def _start(program: Program, folder: Path, output: int) -> Process:
    return await asyncio.create_subprocess_exec(
        # -I -S: only the standard library, in a few milliseconds
        *(sys.executable, "-I", "-S", str(START_PART), *program.command),
        env=program.environment,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for us alone, who stop all in order
    )


async def _stop(process: Process, seconds: float) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
