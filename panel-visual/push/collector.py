from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """Keep it from looking through thousands of live viewers again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
