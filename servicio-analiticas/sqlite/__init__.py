"""The store as one SQLite file: a single process holds it. Only here is SQLite known."""
