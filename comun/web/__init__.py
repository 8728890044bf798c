"""Whose requests a service answers over HTTP, how many at once, and how it refuses."""
