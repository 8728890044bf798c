"""Messages that were not counted, as the store keeps them."""
