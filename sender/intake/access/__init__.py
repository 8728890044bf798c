"""Who may send, and how much. Looked at before a body is read."""
