"""Two people who edit the same row."""
