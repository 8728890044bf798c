"""The WebSocket: who watches, and how each gets the newest state."""
