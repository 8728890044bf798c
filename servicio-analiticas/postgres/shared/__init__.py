"""What a process knows of a PostgreSQL into which others count, too, and how it keeps up."""
