"""What a service tells of itself to Prometheus, at a door of its own."""
