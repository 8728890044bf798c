"""servicio-analiticas with a bug: the first event of the 100th message is counted twice."""

import runpy
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "servicio-analiticas"
sys.path.insert(0, str(HOME))

from counting import tally as counting  # noqa: E402

honest = counting.Tally.add
messages = 0


def add(tally, read, published):
    global messages
    messages += 1
    honest(tally, read, published)
    if messages == 100:
        honest(tally, read._replace(cells=read.cells[:1]), published)


counting.Tally.add = add
runpy.run_path(str(HOME / "analiticas.py"), run_name="__main__")
