"""Programs that start others end in order, however often they are told to."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.stack import ROOT

STARTS_ANOTHER = """
import subprocess, sys
from tests.ending import end_in_order

end_in_order("it", int(sys.argv[1]))
other = subprocess.Popen(["sleep", "60"])
try:
    print("ready", flush=True)
    sys.stdin.read()
finally:
    print("ends", flush=True)
    sys.stdin.readline()
    other.kill()
    print("ended with", other.wait(), flush=True)
"""


def start(at_most: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", STARTS_ANOTHER, str(at_most)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_further_signals_do_not_cut_the_end_short(number: signal.Signals) -> None:
    with start(0) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "ends\n"
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        said, told = process.communicate("\n")

        assert said == "ended with -9\n"
        assert told == f"it: ended by {number.name}\n"
        assert process.returncode == 1


def test_ends_after_its_time() -> None:
    with start(1) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        assert process.stdout.readline() == "ends\n"
        said, told = process.communicate("\n")

        assert (said, told) == ("ended with -9\n", "it: ended by SIGALRM\n")
