"""How long a statement may take, what a person is told when it took too long, and how a change's rows are written."""
