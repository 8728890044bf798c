"""What a run says on the terminal, while it goes on and at its end."""
