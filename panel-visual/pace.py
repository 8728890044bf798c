"""How often viewers get a frame."""

from __future__ import annotations

GAP = 0.025  # seconds between the starts of two pushes
SHARE = 0.5  # of the time may go into pushing


def rest_after(took: float) -> float:
    """
    Return how long to rest after a push that *took* so many seconds.

    Whatever comes after the rest is pushed at once: only events that follow closely wait.
    """
    return max(GAP, took / SHARE) - took
