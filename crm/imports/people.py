"""Users and tags by what people write for them; read once for a whole file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model

from crm.models import Tag
from telephony.ui.presentation import person

_ADDRESS = re.compile(r"[\[(<].*[\])>]\s*$")
_SYSTEM_TAGS = frozenset(
    {"mycontacts", "my contacts", "starred", "other contacts", "contacts", "friends", "family", "coworkers"}
)
"""Google's own groups."""


class Lookup:
    """`people`: what somebody said for this file about names that no user has: a user's id, or 0 for nobody."""

    def __init__(self, people: Mapping[str, int] | None = None) -> None:
        self._people = dict(people or {})

    def person(self, written: str) -> tuple[bool, Any]:
        """Whether it is known who this is, and the user; None for nobody."""
        key = key_of(written)
        if key in self._people:
            return True, self._active.get(self._people[key])
        user = self._users.get(key) or self._users.get(key_of(_ADDRESS.sub("", written)))
        return user is not None, user

    def is_user(self, written: str) -> bool:
        """Whether a user is called that, whatever was said for this file."""
        return key_of(written) in self._users or key_of(_ADDRESS.sub("", written)) in self._users

    def tag(self, written: str) -> Tag | None:
        return self._tags.get(written.casefold())

    @cached_property
    def _active(self) -> dict[int, Any]:
        return {user.pk: user for user in get_user_model()._default_manager.filter(is_active=True)}

    @cached_property
    def _users(self) -> dict[str, Any]:
        """Of a name that two people have nobody can tell who is meant."""
        found: dict[str, Any] = {}
        for user in self._active.values():
            full = f"{user.last_name} {user.first_name}"
            for name in {key_of(name) for name in (user.get_username(), user.email, person(user), full)}:
                found[name] = None if name in found else user
        return {name: user for name, user in found.items() if name and user is not None}

    @cached_property
    def _tags(self) -> dict[str, Tag]:
        return {tag.name.casefold(): tag for tag in Tag.objects.all()}


def key_of(written: str) -> str:
    return " ".join(written.casefold().replace("ё", "е").split())


def is_system_tag(written: str) -> bool:
    """Whether it is a group that an address book has of itself; these begin with a star."""
    return written.startswith("*") and written.lstrip("* ").casefold() in (*_SYSTEM_TAGS, "")
