"""What becomes of a run's processes when nobody listens to them any more."""

import asyncio
from typing import Literal

import pytest

from carga.options import Parser, add_run_options, run_options
from carga.run.plan import generator_tasks, watch_task
from carga.run.processes import working
from carga.settings import LoadSettings
from carga.wire.messages import Generate, Watch
from tests.port_ranges import free_ports

SECONDS = 20


def tasks() -> dict[str, Generate | Watch]:
    """For a system that is not there, so that neither ever gets beyond connecting."""
    parser = Parser()
    add_run_options(parser)
    options = run_options(parser.parse_args([]))
    broker, web = free_ports(2)
    settings = LoadSettings(rabbitmq_port=broker, web_port=web)
    return {
        "generate": generator_tasks(options, settings)[0],
        "watch": watch_task(options, settings.web(None)),
    }


@pytest.mark.parametrize("purpose", ["generate", "watch"])
async def test_no_process_outlives_its_run(purpose: Literal["generate", "watch"]) -> None:
    """A process ends when its pipe does, also while it still tries to connect."""
    async with working("orphan", purpose, tasks()[purpose]) as worker:
        process = worker._process
        assert process.stdin
        process.stdin.close()

        assert await asyncio.wait_for(process.wait(), SECONDS) == 0
