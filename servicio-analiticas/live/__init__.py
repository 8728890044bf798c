"""What this process tells of itself as it counts: its state, over HTTP, and lines of its log."""
