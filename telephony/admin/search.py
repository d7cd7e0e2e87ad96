"""Searching people by names in any case."""

from __future__ import annotations

from django.db.models import Q


def any_case(lookup: str, term: str) -> Q:
    """The lookup in the usual spellings: SQLite's LIKE takes Cyrillic capitals for other letters."""
    found = Q()
    for spelling in {term, term.lower(), term.upper(), term.capitalize(), term.title()}:
        found |= Q(**{lookup: spelling})
    return found
