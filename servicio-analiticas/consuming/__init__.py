"""Between the broker and the store: takes messages, has them counted, acknowledges."""
