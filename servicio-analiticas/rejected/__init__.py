"""The queue of rejected messages, read and sent again by a person."""
