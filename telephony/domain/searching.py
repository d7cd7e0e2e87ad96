"""How much somebody may look for at once: longer than any name, address or number that anybody types."""

from __future__ import annotations

LONGEST_TERM = 200
"""Characters. Each word costs the database a look at the index, in each of its spellings."""
MOST_WORDS = 10


def is_searchable(term: str) -> bool:
    """Whether the text is short enough to be looked for, and one that a database can hold."""
    return len(term) <= LONGEST_TERM and len(term.split()) <= MOST_WORDS and "\x00" not in term and _is_text(term)


def _is_text(term: str) -> bool:
    """Not so with a lone surrogate: half of a sign, which no encoding knows."""
    return not any("\ud800" <= sign <= "\udfff" for sign in term)
