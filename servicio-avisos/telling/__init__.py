"""From alerts to people: what is due to whom, in which words, and by which way."""
