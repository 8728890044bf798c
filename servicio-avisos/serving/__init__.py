"""What fires, over HTTP: for the panel, for health checks and for Prometheus."""
