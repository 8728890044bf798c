"""What a store is to the others, and what all stores do alike, whatever database holds them."""
