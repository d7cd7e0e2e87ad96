"""How people get in: limits for wrong passwords, and the journal of who signed in."""
