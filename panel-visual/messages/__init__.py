"""What the analytics say, and what viewers are told of it. No I/O."""
