"""Missed clients: one open item for each who waits to be called back, until somebody really talks with them."""
