"""The end of a program that starts others: in order, however often it is asked for."""

from __future__ import annotations

import signal
import sys

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


def end_in_order(program: str = "", at_most: int = 0) -> None:
    """
    Let the first Ctrl-C or SIGTERM, or *at_most* seconds, end this process as sys.exit() does.

    So what it started ends with it. Whatever comes later is ignored: it would end this process in
    the middle of that. 0 seconds: as long as it takes. Without a *program* nothing is said.
    """

    def end(number: int, _frame: object) -> None:
        for each in ENDS:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(f"{program}: ended by {signal.Signals(number).name}" if program else 1)

    for number in ENDS:
        signal.signal(number, end)
    signal.alarm(at_most)
