"""What the system says it counted, beside what was confirmed."""
