"""What writes to the database. Arguments are keyword-only."""
