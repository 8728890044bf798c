"""`python app.py enviar`: events from standard input, one a line."""
