from __future__ import annotations

import gc
import sys

SWITCH_SECONDS = 0.0005


def relax() -> None:
    """
    Let the garbage collector look seldom, and never again at what lives now; share the
    interpreter more often.

    Counting makes thousands of tuples a batch, all of which reference counting frees. With
    Python's own thresholds looking at them takes half of the time of counting them. And the
    thread that counts may keep the one that answers waiting for 5 ms, where a commit takes 3.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    sys.setswitchinterval(SWITCH_SECONDS)
