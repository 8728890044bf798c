"""One event, checked by the rules by which the analytics count it. No I/O."""
