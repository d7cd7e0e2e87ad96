"""What can be exported. An app registers its kinds in its `AppConfig.ready`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise

from telephony.models import Export

Row = Sequence[Any]


class Refused(Exception):
    """There will be no file: `reason` says why, and trying again changes nothing."""

    def __init__(self, reason: Export.Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One list that can be exported with its filters."""

    name: str
    """Stands in the database, and begins the file's name."""
    title: str | Promise
    """For the page, when no filter is set: "All calls"."""
    title_of_some: str | Promise
    """For the page, when there are filters: "Calls"."""
    scope: Callable[[Any], str]
    """What of it this user may see, as a text that changes with it; empty: nothing, so there is no export."""
    rows: Callable[[Any, QueryDict], QuerySet[Any]]
    """What the filters leave of what this user may see. Raises Refused for filters that are wrong."""
    table: Callable[[QuerySet[Any]], Iterable[Row]]
    """Head and rows, in the language that is active."""
    words: Callable[[Any, QueryDict], list[str]]
    """The filters in words, for their owner."""

    def scope_hash(self, user: Any) -> str:
        """Of `scope`; empty if the user may export nothing of this kind."""
        scope = self.scope(user) if user.is_active and user.is_staff else ""
        return hashlib.sha256(scope.encode()).hexdigest() if scope else ""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Say that this can be exported. Twice is once."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> Kind | None:
    """None for a name that no installed app has registered."""
    return _kinds.get(name)
