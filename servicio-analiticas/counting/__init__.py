"""Who a message is, and what a batch adds to the counts. Pure, in memory."""
