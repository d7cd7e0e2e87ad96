"""What the log of changes calls rows that it knows by their keys: read once for all entries of a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import ForeignKey, Model

from telephony.models import CallRule, MissedRule
from telephony.ui.presentation import person

SENTENCES = (CallRule, MissedRule)
"""They have no name but a sentence, which the log keeps in the language of whoever changed them."""
_WITH: dict[type[Model], tuple[str, ...]] = {MissedRule: ("line", "connection")}
"""What their names are made of."""


class Names:
    """By model and key, as text; of users also by login."""

    def __init__(self, entries: Iterable[LogEntry]) -> None:
        wanted: dict[type[Model], set[str]] = defaultdict(set)
        logins: set[str] = set()
        for entry in entries:
            model = entry.content_type.model_class()
            if model in SENTENCES:
                wanted[model].add(entry.object_pk)
            for target, key in _keys(model, entry.changes or {}):
                (logins if key.startswith("@") else wanted[target]).add(key.removeprefix("@"))
        self._names = {model: _named(model, keys) for model, keys in wanted.items()}
        people = User.objects.filter(username__in=logins) if logins else ()
        self._people = {one.username: person(one) for one in people}

    def of_key(self, model: type[Model], key: str) -> str:
        """The row's name; one that is gone has its number."""
        return self._names.get(model, {}).get(key) or f"№ {key}"

    def of_login(self, login: str) -> str:
        return self._people.get(login, login)

    def of_entry(self, entry: LogEntry) -> str:
        """What was changed: by the name that it had then, or its sentence of today."""
        model = entry.content_type.model_class()
        today = self._names.get(model, {}).get(entry.object_pk) if model else None
        return today or str(entry.object_repr)


def _keys(model: type[Model] | None, changes: dict[str, Any]) -> Iterator[tuple[type[Model], str]]:
    """Rows that a change names; `@login` of users whom it lists by their logins."""
    for field in model._meta.get_fields() if model else ():
        change = changes.get(field.name)
        if isinstance(field, ForeignKey) and isinstance(change, list):
            yield from ((field.related_model, str(key)) for key in change if str(key).isdecimal())
        elif field.related_model is User and isinstance(change, dict):
            yield from ((User, f"@{login}") for login in change.get("objects", ()))


def _named(model: type[Model], keys: set[str]) -> dict[str, str]:
    rows = model._default_manager.select_related(*_WITH.get(model, ())).filter(pk__in=keys)
    return {str(row.pk): person(row) if isinstance(row, User) else str(row) for row in rows}
