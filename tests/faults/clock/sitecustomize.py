"""Python runs this at its start: the process sees a wall clock that a test can move."""

import os
import time
from pathlib import Path

_real, _moved = time.time, Path(os.environ["FAULTS_CLOCK"])
time.time = lambda: _real() + float(_moved.read_text() or 0)
