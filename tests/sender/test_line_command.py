"""What becomes of lines that `python app.py enviar` reads."""

import asyncio
import json
import os
import signal
from collections.abc import Callable

import pytest

from tests.broker_stack import Broker, VirtualHost
from tests.contracts.wire_schemas import example, sent
from tests.sender.delivery import LIMIT, QUEUE, BoundQueue, all_events, bodies, body, events_of
from tests.sender.line_process import depth_is, ended, enviar, send, write, write_slowly


async def test_every_line_is_an_event(vhost: VirtualHost) -> None:
    """Good lines arrive once each, in order and in few messages, and the end says so."""
    queue = BoundQueue(vhost)
    await queue.declare()
    marked = b"\xef\xbb\xbf"  # as Windows begins a file
    text = marked + b"\r\n".join(bodies(5000)) + b"\n\n \n" + marked + body(5000)
    code, out, err = await send(vhost.settings, text)
    messages = await queue.take_all()

    assert (code, out) == (0, "")
    assert [e for m in messages for e in events_of(m.body)] == bodies(5001)
    assert len(messages) < 100
    assert "5,003 lines: 5,001 events confirmed, 0 under way, 0 lines bad" in err


async def test_a_type_under_another_name_is_told_once(vhost: VirtualHost) -> None:
    """The lines are good; that their type is not where it is looked for is said at the first."""
    await BoundQueue(vhost).declare()
    code, _, err = await send(vhost.settings, b'{"cliente":"a","event":"x"}\n' * 3)

    assert code == 0
    assert err.count("'event'") == 1
    assert "line 1: evento: " in err
    assert "3 events confirmed, 0 under way, 0 lines bad" in err


@pytest.mark.parametrize(("signum", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_lone_line_leaves_while_the_pipe_stays_open(
    vhost: VirtualHost, signum: signal.Signals, expected: int
) -> None:
    """`tail -f`: each line is sent as it comes; a signal ends it with nothing lost."""
    queue = BoundQueue(vhost)
    await queue.declare()
    async with enviar(vhost.settings) as process:
        for count in (1, 2, 3):
            await write(process, body(count) + b"\n")
            await depth_is(queue, count)
        os.kill(process.pid, signum)
        code, _, err = await ended(process)

    assert code == expected
    assert "3 events confirmed, 0 under way" in err
    assert [m.body for m in await queue.take_all()] == [body(1), body(2), body(3)]


async def test_bad_lines_are_named_and_the_rest_is_sent(vhost: VirtualHost) -> None:
    """A bad line is told with number, reason and its beginning; it costs its neighbours nothing."""
    queue = BoundQueue(vhost)
    await queue.declare()
    bad = [
        b'{"cliente":7}',
        b"x" * 2_000_000,
        b"[]",
        b'{"evento":"\x1b[31m"}',
        b'{"evento":"clic"}',
    ]
    text = b"".join(body(n) + b"\n" + line + b"\n" for n, line in enumerate(bad))
    code, out, err = await send(vhost.settings, text, "--json", "--quiet")

    assert code == 1
    assert all_events(await queue.take_all()).keys() == set(bodies(5))
    sent("lines_result", out)
    assert json.loads(out) == example("enviar") | {"segundos": json.loads(out)["segundos"]}
    assert (
        err.splitlines()[0]
        == "line 2: cliente: Expected `str | null`, got `int`: '{\"cliente\":7}'"
    )
    assert [line.split(":")[0] for line in err.splitlines()] == [
        f"line {n}" for n in (2, 4, 6, 8, 10)
    ]
    assert "\x1b" not in err
    assert err.splitlines()[4] == 'line 10: cliente: missing: \'{"evento":"clic"}\''


@pytest.mark.parametrize("how", ["argument", "variable"])
async def test_client_for_lines_that_name_none(vhost: VirtualHost, how: str) -> None:
    """--cliente, or CLIENTE, is for lines without a client and leaves the others alone."""
    queue = BoundQueue(vhost)
    await queue.declare()
    arguments = ["--cliente", " web"] if how == "argument" else []
    settings = vhost.settings | {"CLIENTE": "web" if how == "variable" else "otro"}
    code, _, _ = await send(settings, b'{}\n{"cliente":"otra"}\n', *arguments)

    assert code == 0
    (message,) = await queue.take_all()
    assert json.loads(message.body) == [{"cliente": "web"}, {"cliente": "otra"}]


async def test_broker_killed_in_the_middle(own_broker: Callable[[], Broker]) -> None:
    """10,000 lines through a broker that is killed and started again: each counted once."""
    node = own_broker()
    with node.virtual_host() as vhost:
        queue = BoundQueue(vhost)
        await queue.declare()
        await asyncio.to_thread(vhost.wait_saved, QUEUE)
        async with enviar(vhost.settings, "--json") as process, asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(write_slowly(process, bodies(10_000)))
            await depth_is(queue, 3)
            node.kill()
            assert not writing.done()
            await asyncio.to_thread(node.start)
            await writing
            code, out, err = await ended(process)
        by_id: dict[str | None, bytes] = {}
        for message in await queue.take_all():
            assert by_id.setdefault(message.message_id, message.body) == message.body

    assert (code, json.loads(out)["confirmados"]) == (0, 10_000)
    assert "the broker is away" in err
    assert sorted(e for text in by_id.values() for e in events_of(text)) == sorted(bodies(10_000))


async def test_what_is_never_confirmed_is_told(vhost: VirtualHost) -> None:
    """Without a queue it waits as long as told; the exit code says that events may be lost."""
    code, out, err = await send(vhost.settings, b"\n".join(bodies(3)), "--wait", "0.5", "--json")

    assert code == 4
    assert json.loads(out)["sin_confirmar"] == 3
    assert "never confirmed and may be lost: 3" in err


async def test_second_signal_ends_the_waiting(vhost: VirtualHost) -> None:
    """Ctrl-C while nothing can be delivered waits; another one does not."""
    async with enviar(vhost.settings, "--wait", "3600") as process:
        assert process.stderr
        await write(process, body(1) + b"\n")
        async with asyncio.timeout(LIMIT):
            await process.stderr.readuntil(b"no queue is bound")
        os.kill(process.pid, signal.SIGINT)
        await asyncio.sleep(0.3)
        assert process.returncode is None
        os.kill(process.pid, signal.SIGINT)
        code, _, err = await ended(process)

    assert code == 4
    assert "may be lost: 1" in err
