"""Keeps programs running: starts again what ends, stops all in the end."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from parts.part_log import PartLog, written_to
from parts.service_programs import Program

LOG = logging.getLogger("keeper")
START_PART = Path(__file__).resolve().parents[1] / "start_part.py"
SHORTEST_LIFE = 1.0  # seconds: what ends sooner, again and again, is started once in this time
CHECK_SECONDS = 3.0
LAST_CHECK = 1.0  # seconds

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
    """Run *program*, again whenever it ends undone, until cancelled: then it is asked to stop."""
    log = PartLog(folder / "log" / f"{program.name}.log")
    while True:
        began = time.monotonic()
        async with written_to(log) as output:
            try:
                process = await _run(program.command, program, folder, output)
                with _noted(folder, program.name, process.pid):
                    try:
                        code = await _ended(process, program, folder, output)
                    finally:
                        await _stop(process, program.stop_seconds)
            finally:
                os.close(output)  # or there would be no end of what it says
        if program.once and code == 0:
            return
        LOG.warning("%s ended by itself, exit code %d", program.name, code)
        ended(program.name, code)
        await asyncio.sleep(began + SHORTEST_LIFE - time.monotonic())


@contextmanager
def _noted(folder: Path, name: str, pid: int) -> Iterator[None]:
    """For whoever wants to end it while it runs: `kill $(cat pids/NAME)`."""
    LOG.info("%s started as process %d", name, pid)
    note = folder / "pids" / name
    with suppress(OSError):  # of a full disk nothing ends
        note.parent.mkdir(exist_ok=True)
        note.write_text(f"{pid}\n")
    try:
        yield
    finally:
        with suppress(OSError):
            note.unlink()


async def _ended(process: Process, program: Program, folder: Path, output: int) -> int:
    """Wait for the end of a program, and check it until then."""
    async with asyncio.TaskGroup() as group:
        checks = group.create_task(_check(program, folder, output))
        code = await process.wait()
        checks.cancel()
    return code


async def _check(program: Program, folder: Path, output: int) -> None:
    while program.check:
        await asyncio.sleep(CHECK_SECONDS)
        checking = await _run(program.check, program, folder, output)
        try:
            await checking.wait()
        finally:
            await _finish(checking)
            if checking.returncode:
                LOG.warning("%s failed its check, exit code %d", program.name, checking.returncode)


async def _finish(checking: Process) -> None:
    """A check that has just ended its program, and with that us, is about to say so."""
    with suppress(TimeoutError):
        await asyncio.wait_for(checking.wait(), LAST_CHECK)
    await _stop(checking, 0)


async def _run(command: list[str], program: Program, folder: Path, output: int) -> Process:
    return await asyncio.create_subprocess_exec(
        # -I -S: only the standard library, in a few milliseconds
        *(sys.executable, "-I", "-S", str(START_PART), *command),
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
