"""How often viewers get a frame."""

from __future__ import annotations

GAP = 0.025  # seconds between the starts of two pushes
SHARE = 0.5  # of the time may go into pushing
READING = 0.006  # seconds that it takes to read the report while there is much to do


def gap_after(took: float) -> float:
    """
    Return how many seconds after the start of a push that *took* so long the next may start.

    Whatever comes later than that is pushed at once: only events that follow closely wait.
    """
    return max(GAP, took / SHARE)
