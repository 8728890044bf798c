"""What the parts of a store need of the database that holds it, and how that fails."""
