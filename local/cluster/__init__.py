"""Three of each part as `make run-cluster` starts them, each machine an address of loopback."""
