"""What is no service's own: logs, host names, connections, problems, metrics. No domain rules."""
