"""What a run shows on a terminal."""

import os
import pty
import re
import threading
from collections.abc import Iterator

import pytest

from tests.carga.conftest import Against
from tests.chain_stack import Chain

COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-9]")


@pytest.fixture
def terminal() -> Iterator[tuple[int, bytearray]]:
    """The terminal's own end, and what was written to it so far."""
    ours, theirs = pty.openpty()
    written = bytearray()

    def read() -> None:
        while True:
            try:
                written.extend(os.read(ours, 65_536))
            except OSError:  # its last user is gone
                return

    reader = threading.Thread(target=read)
    reader.start()
    yield theirs, written
    os.close(theirs)
    reader.join(10)
    os.close(ours)


@pytest.mark.parametrize(("variable", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_live_table(
    lasting_chain: Chain,
    simular: Against,
    terminal: tuple[int, bytearray],
    variable: dict[str, str],
    coloured: bool,
) -> None:
    """A table that is drawn again and again; colours only where they are wanted."""
    theirs, written = terminal
    settings = {"TERM": "xterm-256color", **variable}
    run = simular(lasting_chain, "--semilla", "31", stderr=theirs, settings=settings)

    assert run.wait() == 0, bytes(written)
    for word in (
        b"publishing",
        b"verifying",
        b"confirmed",
        b"in flight",
        b"time left",
        b"10 of 10",
    ):
        assert word in written
    assert written.count(b"to viewer") > 5
    assert bool(COLOUR.search(written)) is coloured
    assert b"Exact" in run.out.encode()


def test_dumb_terminal(
    lasting_chain: Chain, simular: Against, terminal: tuple[int, bytearray]
) -> None:
    """A terminal that can't move its cursor gets a line every five seconds."""
    theirs, written = terminal
    words = ("--semilla", "32", "--duracion", "5s")
    run = simular(lasting_chain, *words, stderr=theirs, settings={"TERM": "dumb"})

    assert run.wait() == 0, bytes(written)
    assert b"\x1b" not in written
    assert re.match(rb"\d+ s: \w+.*, [\d,]+ confirmed of [\d,]+, .* viewers 10/10\r\n", written)
