"""Two employees, their supervisor and the owner: those of the summary."""

from tests.summary.conftest import anna, boris, connection, olga, owner

__all__ = ["anna", "boris", "connection", "olga", "owner"]
