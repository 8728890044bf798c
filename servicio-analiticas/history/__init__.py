"""How many events happened when: the tables of history, and the questions about them."""
