"""One run: its plan, its processes, its end."""
