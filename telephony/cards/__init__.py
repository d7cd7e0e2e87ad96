"""Cards on the screen while it rings: who gets one, how it comes to the browser, and why it did not come."""
