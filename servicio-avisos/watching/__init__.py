"""Reads the analytics, a few requests a second, and makes rounds of readings of it."""
