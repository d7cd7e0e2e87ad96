"""Whether the installation does its work: what waits for it, and for how long."""
