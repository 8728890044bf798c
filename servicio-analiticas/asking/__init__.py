"""Who asks the store something, and whose turn it is: no commit waits for more than one of them."""
