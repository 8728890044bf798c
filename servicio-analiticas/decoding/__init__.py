"""From the bytes of a message to its events. Pure: no clock, no I/O."""
