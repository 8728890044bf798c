"""The demo clients: invented events until they are told to stop."""
