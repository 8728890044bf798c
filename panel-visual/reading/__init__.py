"""All that is asked of the analytics: the report, again and again, and what viewers ask."""
