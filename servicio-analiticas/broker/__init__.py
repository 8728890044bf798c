"""What the analytics declare on RabbitMQ, and how its errors look. AMQP only; no counts."""
