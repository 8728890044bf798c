"""
A process of a load run: `python -m carga.run.worker generate|watch`, started by `simular`.

It is told what to do over stdin and says what it does over stdout (wire/messages.py), and
ends when stdin does. It reads no environment: credentials come over the pipe too.
"""

from __future__ import annotations

import asyncio
import logging
import selectors
import sys

from carga.sending.generator import generate
from carga.viewers.crowd import watch
from carga.wire.messages import Generate, Note, Watch
from carga.wire.parent_line import ParentLine, parent_line


class NoteHandler(logging.Handler):
    """What the publisher logs is told to the parent, who owns the terminal."""

    def __init__(self, line: ParentLine) -> None:
        super().__init__(logging.WARNING)
        self._line = line

    def emit(self, record: logging.LogRecord) -> None:
        self._line.say(Note(record.getMessage()))


async def work() -> None:
    line = await parent_line()
    logging.getLogger("sender").addHandler(NoteHandler(line))
    for noisy in ("aiormq", "aio_pika", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    match await line.hear():
        case Generate() as task:
            await generate(task, line)
        case Watch() as task:
            await watch(task, line)
    while await line.hear():  # the parent says when to end, by closing the pipe
        pass


def main(purpose: str) -> None:
    # epoll sleeps whole milliseconds, which is the schedule's unit; select sleeps as told, but
    # only with few sockets.
    exact = purpose == "generate"
    selector = selectors.SelectSelector if exact else selectors.DefaultSelector
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector())) as runner:
        runner.run(work())


if __name__ == "__main__":
    main(sys.argv[1])
