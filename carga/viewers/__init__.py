"""The watching half of a run: many WebSocket clients in one process."""
