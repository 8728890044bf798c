"""The numbers of a run. No I/O but what a machine says of itself."""
