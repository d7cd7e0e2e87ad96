"""How long a statement may take, and what a person is told when it took too long."""
