"""What `enviar` says can't be written; what it does is the same."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.broker_stack import VirtualHost
from tests.sender.delivery import BoundQueue, all_events, bodies
from tests.sender.line_process import ended, enviar
from tests.unwritable_output import full_disk, reader_that_left

OUTPUTS = pytest.mark.parametrize("output", [full_disk, reader_that_left])


@OUTPUTS
async def test_a_result_that_cannot_be_written(
    vhost: VirtualHost, output: Callable[[], AbstractContextManager[int]]
) -> None:
    """All was delivered, and the exit code says so; a sentence says what is missing."""
    queue = BoundQueue(vhost)
    await queue.declare()
    with output() as stdout:
        async with enviar(vhost.settings, "--json", stdout=stdout) as process:
            code, _, err = await ended(process, b"\n".join(bodies(3)))

    assert code == 0, err
    assert "the result could not be written to standard output: " in err
    assert "Traceback" not in err
    assert all_events(await queue.take_all()).keys() == set(bodies(3))


@OUTPUTS
async def test_complaints_that_nobody_reads(
    vhost: VirtualHost, output: Callable[[], AbstractContextManager[int]]
) -> None:
    """Bad lines can't be told; the good ones are delivered, and the exit code tells both."""
    queue = BoundQueue(vhost)
    await queue.declare()
    with output() as stderr:
        async with enviar(vhost.settings, "--json", stderr=stderr) as process:
            code, out, _ = await ended(process, b"x\n" + b"\n".join(bodies(3)))

    assert (code, out[:40]) == (1, '{"lineas": 4, "confirmados": 3, "sin_con')
    assert all_events(await queue.take_all()).keys() == set(bodies(3))
