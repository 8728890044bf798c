"""What is no service's own: logs, times, the outside of an HTTP server. No domain rules."""
