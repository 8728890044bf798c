"""The state of this process that HTTP shows. In memory."""
