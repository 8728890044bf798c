"""The service `entrada`: takes events by HTTP and publishes them."""
