"""servicio-analiticas with a bug: the first event of the 100th message is counted twice."""

import runpy
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "servicio-analiticas"
sys.path[:0] = [str(HOME), str(HOME.parent)]  # comun/ lies beside it

from counting import tally as counting  # noqa: E402
from decoding.cell_reading import Read  # noqa: E402

honest = counting.Tally.add
messages = 0


def add(self: counting.Tally, read: Read, published: float) -> None:
    global messages
    messages += 1
    honest(self, read, published)
    if messages == 100:
        honest(self, read._replace(cells=read.cells[:1]), published)


counting.Tally.add = add  # type: ignore[method-assign] # the bug
runpy.run_path(str(HOME / "analiticas.py"), run_name="__main__")
