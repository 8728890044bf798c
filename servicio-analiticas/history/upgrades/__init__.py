"""What history of an older store is brought to, once, when that is opened."""
