"""How `python app.py enviar` is used, and what a person sees of it."""

import asyncio
import io
import itertools
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from rich.console import Console

from lines.progress import Screen
from tests.broker_stack import VirtualHost
from tests.port_ranges import free_ports
from tests.sender.delivery import LIMIT, BoundQueue, body, until
from tests.sender.line_process import APP, send, write


async def test_without_a_broker_nothing_is_read() -> None:
    """With nobody at the port it gives up after the time it was told, before it reads a line."""
    (nobody,) = free_ports(1)
    code, out, err = await send({"RABBITMQ_PORT": str(nobody)}, b"", "--wait", "0.3")

    assert (code, out) == (3, "")
    assert "the broker is away" in err
    assert "no connection to the broker; nothing was read" in err


async def test_refused_login_is_no_reason_to_wait(vhost: VirtualHost) -> None:
    """A wrong password ends it at once, with the variables to look at and no password."""
    settings = vhost.settings | {"RABBITMQ_PASSWORD": "no-es-esta"}
    code, _, err = await send(settings, b"", "--wait", "3600")

    assert code == 3
    assert "check RABBITMQ_USER" in err
    assert "no-es-esta" not in err


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (["--wait", "siempre"], {}, "'siempre' is no number of seconds"),
        (["--cliente", "x" * 65], {}, "a name has 1 to 64 characters, not 65"),
        (["fichero"], {}, "unrecognized arguments: fichero"),
        ([], {"CLIENTE": "x" * 65}, "CLIENTE='xxx"),
        ([], {"RABBITMQ_PORT": "0"}, "RABBITMQ_PORT='0'"),
    ],
)
async def test_wrong_usage(arguments: list[str], settings: dict[str, str], sentence: str) -> None:
    """A wrong argument or setting is one sentence and exit code 2."""
    code, out, err = await send(settings, b"", *arguments)

    assert (code, out) == (2, "")
    assert sentence in err


@pytest.mark.parametrize("arguments", [["--help"], ["enviar", "--help"], ["servir", "--help"]])
async def test_help(arguments: list[str], tmp_path: Path) -> None:
    """Every command says what it is for, without a broker and without settings."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, *arguments, stdout=PIPE, stderr=PIPE, cwd=tmp_path
    )
    out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert b"usage: python app.py" in out


async def test_a_terminal_sees_it_move(vhost: VirtualHost) -> None:
    """On a terminal the state moves in place, without colour when NO_COLOR says so."""
    await BoundQueue(vhost).declare()
    ours, theirs = os.openpty()
    environment = os.environ | vhost.settings | {"NO_COLOR": "1", "TERM": "xterm", "COLUMNS": "120"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, APP, "enviar", stdin=PIPE, stderr=theirs, env=environment
    )
    os.close(theirs)
    seen = b""
    try:
        await write(process, body(1) + b"\n[]\n")
        async with asyncio.timeout(LIMIT):
            while b"1 events confirmed, 0 under way, 1 lines bad" not in seen:
                seen += await asyncio.to_thread(os.read, ours, 4096)
            await process.communicate(b"")
    finally:
        os.close(ours)

    assert process.returncode == 1
    assert b"\x1b[2K" in seen or b"\x1b[1A" in seen
    assert b"\x1b[36m" not in seen


async def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can move, the state is a line every few seconds."""
    monkeypatch.setattr("lines.progress.LINE_SECONDS", 0.001)
    log = io.StringIO()
    states = itertools.count(1)
    showing = asyncio.ensure_future(Screen(Console(file=log)).show(lambda: f"{next(states)} lines"))
    await until(lambda: log.getvalue().count("lines") >= 3)
    showing.cancel()

    assert log.getvalue().startswith("1 lines\n2 lines\n3 lines\n")


async def test_closed_input_is_said(vhost: VirtualHost) -> None:
    """Without any standard input it says what to give it."""
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} {APP} enviar <&-", stderr=PIPE, env=os.environ | vhost.settings
    )
    _, err = await asyncio.wait_for(process.communicate(), LIMIT)

    assert process.returncode == 2
    assert b"standard input is closed; give it lines" in err
