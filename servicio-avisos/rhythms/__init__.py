"""How a client usually sends, learnt from what it sent. Pure: it has no clock of its own."""
