"""The one SQLite file: its tables, its transactions, its copies."""
