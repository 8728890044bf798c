"""Connections to RabbitMQ, what is declared there, and how its errors look. No counts."""
