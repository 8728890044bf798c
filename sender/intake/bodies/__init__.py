"""From a request's body, in whatever form, to events and the messages that carry them."""
