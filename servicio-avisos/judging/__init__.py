"""From what was read, and what was known, to what is wrong. Pure: no clock of its own."""
