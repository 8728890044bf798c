"""Who may send and how much, and how anyone is refused. Looked at before a body is read."""
