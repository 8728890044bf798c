"""A file that one process writes: held, private to its owner, and for a while not writable."""
