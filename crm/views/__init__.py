"""The desk's own pages, in the admin's shell."""
