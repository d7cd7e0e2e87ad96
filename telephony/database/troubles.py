"""What an error of the database says about the installation, not about a page."""

from __future__ import annotations

from enum import StrEnum

from django.db import InterfaceError, OperationalError, ProgrammingError


class Trouble(StrEnum):
    AWAY = "away"
    """It can't be reached, or ends its connections."""
    BEHIND = "behind"
    """A table or a column is missing: the program is newer than the database."""


_AWAY = ("08", "57P")
"""How the codes begin of a broken connection, and of a server that stops or starts."""
_BEHIND = frozenset({"42P01", "42703"})


def trouble_of(error: BaseException | None) -> Trouble | None:
    """None: it is of the page, or of no database at all."""
    if not isinstance(error, OperationalError | InterfaceError | ProgrammingError):
        return None
    code = getattr(error.__cause__, "sqlstate", None) or ""
    if code in _BEHIND or str(error).startswith(("no such table", "no such column")):
        return Trouble.BEHIND
    is_from_sqlite = type(error.__cause__).__module__ == "sqlite3"
    never_answered = not isinstance(error, ProgrammingError) and not code and not is_from_sqlite
    return Trouble.AWAY if never_answered or code.startswith(_AWAY) else None
