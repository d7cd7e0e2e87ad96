"""A company to look at: people, contacts, seven PBXs, and everything that has to run."""
