"""The publishing half of a run: which event is due when, and its confirm."""
