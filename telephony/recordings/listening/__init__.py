"""Who listens to what: the pages, the pieces that a browser asks for, and the journal before the first byte."""
