"""Who may watch, from which pages, how many, and what each of them may do."""
