"""A company to look at: people, contacts, four PBXs, and everything that has to run."""
