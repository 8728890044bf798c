"""The page and its data over HTTP."""
