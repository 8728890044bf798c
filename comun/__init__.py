"""What is no service's own: logs, times, and the outside of an HTTP server (web/). No domain rules."""
