"""One SQLite file: a single process holds it, and whole transactions change it."""
