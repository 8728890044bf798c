"""The store in PostgreSQL. Only here is PostgreSQL known."""
