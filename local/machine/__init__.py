"""What must be installed on this machine."""
