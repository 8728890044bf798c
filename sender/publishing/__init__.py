"""From accepted events to the broker's confirm. Stands alone: other programs may use it."""
