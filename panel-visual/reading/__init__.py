"""The one reader of the analytics, and what of a report is shown."""
