"""What `make run` starts, and keeps running."""
