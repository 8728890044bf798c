"""Keeps programs running: starts again what ends, stops all in the end."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from service_programs import Program

LOG = logging.getLogger("keeper")
START_PART = Path(__file__).resolve().with_name("start_part.py")
SHORTEST_LIFE = 1.0  # seconds: what ends sooner, again and again, is started once in this time
CHECK_SECONDS = 3.0
LOG_BYTES = 5_000_000  # a longer log is put aside, as *.old, when its part starts


@asynccontextmanager
async def kept(programs: Iterable[Program], folder: Path) -> AsyncIterator[None]:
    """Run *programs* in *folder* as long as the context lasts. What they say is in `log/`."""
    async with asyncio.TaskGroup() as group:
        parts = [group.create_task(keep(program, folder)) for program in programs]
        try:
            yield
        finally:
            for part in parts:
                part.cancel()


async def keep(program: Program, folder: Path) -> None:
    """Run *program*, again whenever it ends, until cancelled: then it is asked to stop."""
    while True:
        began = time.monotonic()
        process = await _start(program, folder)
        LOG.info("%s started as process %d", program.name, process.pid)
        try:
            code = await _ended(process, program, folder)
        finally:
            await _stop(process, program.stop_seconds)
        LOG.warning("%s ended by itself, exit code %d", program.name, code)
        await asyncio.sleep(began + SHORTEST_LIFE - time.monotonic())


async def _ended(process: Process, program: Program, folder: Path) -> int:
    """Wait for the end of a program, and check it until then."""
    async with asyncio.TaskGroup() as group:
        checks = group.create_task(_check(program, folder))
        code = await process.wait()
        checks.cancel()
    return code


async def _check(program: Program, folder: Path) -> None:
    while program.check:
        await asyncio.sleep(CHECK_SECONDS)
        checking = await _run(program.check, program, folder)
        try:
            code = await checking.wait()
        finally:
            await _stop(checking, 0)
        if code:
            LOG.warning("%s failed its check, exit code %d", program.name, code)


async def _start(program: Program, folder: Path) -> Process:
    log = _log_of(program, folder)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".old"))
    return await _run(program.command, program, folder)


def _log_of(program: Program, folder: Path) -> Path:
    return folder / "log" / f"{program.name}.log"


async def _run(command: list[str], program: Program, folder: Path) -> Process:
    with _log_of(program, folder).open("ab") as output:
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
