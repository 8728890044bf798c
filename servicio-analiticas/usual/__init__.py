"""What is usual at a time of the week, by the weeks before. Its arithmetic is pure."""
