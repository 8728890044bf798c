"""How long a viewer waits until it comes back: what docs/websocket.md asks of it. No I/O."""

from __future__ import annotations

import random

NO_CLOSE = 1006


def wait_before(code: int, attempt: int, rng: random.Random) -> float:
    """Seconds, after a connection ended with this *code* and so many attempts failed since."""
    if code == 4008:
        return rng.uniform(1, 5)
    if code == 1013:
        return min(rng.uniform(5, 10) * 2.0**attempt, 60)
    if code == NO_CLOSE:
        return rng.uniform(0, min(2.0 ** (attempt - 2), 30)) if attempt else 0
    return rng.uniform(0, min(2.0**attempt, 30))
