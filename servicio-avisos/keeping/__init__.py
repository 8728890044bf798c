"""What outlives a restart: alerts, what was told of them, who is muted, how each client sends."""
