"""What other panels read of this one: the report and what is asked with it, on its own port."""
