"""What happened with a contact or a company: calls, notes and finished tasks, newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from crm.access import visible_notes, visible_tasks
from crm.models import Company, Contact, Note, Task
from telephony.calls.access import visible_calls
from telephony.models import Call
from telephony.models.validators import EARLIEST_YEAR, LATEST_YEAR
from telephony.recordings.player import Player, players_of
from telephony.ui.said import Said, said_of, with_results

PAGE = 20
KINDS = ("call", "note", "task")
"""The order of what happened in the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that happened."""

    kind: str
    """One of `KINDS`."""
    at: datetime
    row: Any
    """The Call, Note or Task."""
    players: tuple[Player, ...] = ()
    """Of a call's recordings."""

    @property
    def said(self) -> list[Said]:
        """What people wrote down came of a call."""
        return said_of(self.row) if self.kind == "call" else []

    @property
    def place(self) -> tuple[datetime, int, int]:
        """Where it stands in the timeline; the later, the greater."""
        return self.at, KINDS.index(self.kind), self.row.pk

    @property
    def cursor(self) -> str:
        """Its place as text: `read_cursor` understands it."""
        return f"{self.at.isoformat()}_{self.kind}_{self.row.pk}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The place after which a page begins."""

    at: datetime
    kind: str
    pk: int


def read_cursor(text: str) -> Cursor | None:
    """The cursor, or None for the newest page (also for nonsense)."""
    moment, _, rest = text.partition("_")
    kind, _, pk = rest.partition("_")
    try:
        at = parse_datetime(moment) if moment else None
    except ValueError:  # Written well, and there is no such day.
        return None
    if at is None or at.tzinfo is None or kind not in KINDS or not (pk.isdecimal() and len(pk) < 19):
        return None
    if not EARLIEST_YEAR <= at.year <= LATEST_YEAR:
        return None
    return Cursor(at=at, kind=kind, pk=int(pk))


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """A contact; or a company and all who work there: by their ids, which a database finds in indexes, as it would
    not by a join behind an OR."""

    contacts: tuple[int, ...]
    company: int | None = None

    @classmethod
    def of(cls, owner: Contact | Company) -> Whom:
        if isinstance(owner, Contact):
            return cls(contacts=(owner.pk,))
        return cls(contacts=tuple(owner.contacts.order_by().values_list("pk", flat=True)), company=owner.pk)

    @property
    def matters(self) -> Q:
        """Notes and tasks about them."""
        of_contacts = Q(contact__in=self.contacts)
        return of_contacts if self.company is None else Q(company=self.company) | of_contacts


def page_of(
    owner: Contact | Company, user: Any, cursor: Cursor | None, kinds: Iterable[str] = KINDS
) -> tuple[list[Item], str]:
    """What happened next to the cursor as far as the user may know, and the next page's cursor (empty: no more).

    One query for each kind, one for the recordings, one for who may listen to them; for a company one for its contacts.
    """
    found: list[Item] = []
    whom = Whom.of(owner)
    for kind in kinds:
        rows, moment = _SOURCES[kind](whom, user)
        for row in _before(rows, moment, kind, cursor).order_by(f"-{moment}", "-pk")[: PAGE + 1]:
            found.append(Item(kind=kind, at=getattr(row, moment), row=row))
    found.sort(key=lambda item: item.place, reverse=True)
    page = found[:PAGE]
    return _with_players(page, user), page[-1].cursor if len(found) > PAGE else ""


def _with_players(items: list[Item], user: Any) -> list[Item]:
    recordings = [recording for item in items if item.kind == "call" for recording in item.row.recordings.all()]
    of_call: dict[int, list[Player]] = {}
    for player in players_of(user, recordings):
        of_call.setdefault(player.recording.call_id, []).append(player)
    return [
        replace(item, players=tuple(of_call.get(item.row.pk, ()))) if item.kind == "call" else item for item in items
    ]


def _before(rows: QuerySet[Any], moment: str, kind: str, cursor: Cursor | None) -> QuerySet[Any]:
    if cursor is None:
        return rows
    if kind == cursor.kind:
        return rows.filter(Q(**{f"{moment}__lt": cursor.at}) | Q(**{moment: cursor.at}, pk__lt=cursor.pk))
    earlier_kind = KINDS.index(kind) < KINDS.index(cursor.kind)
    return rows.filter(**{f"{moment}__{'lte' if earlier_kind else 'lt'}": cursor.at})


def _calls(whom: Whom, user: Any) -> tuple[QuerySet[Any], str]:
    calls = visible_calls(user, Call.objects.filter(contact__in=whom.contacts))
    calls = calls.select_related("connection", "contact", "responsible")
    secrets = ("connection__settings", "connection__hook_secret")
    return calls.prefetch_related("recordings", with_results()).defer(*secrets, "contact__search_text"), "started_at"


def _notes(whom: Whom, user: Any) -> tuple[QuerySet[Any], str]:
    notes = visible_notes(user, Note.objects.filter(whom.matters))
    return notes.select_related("author", "contact").defer("contact__search_text"), "created_at"


def _tasks(whom: Whom, user: Any) -> tuple[QuerySet[Any], str]:
    return with_people(visible_tasks(user, Task.objects.filter(whom.matters, done_at__isnull=False))), "done_at"


_SOURCES = {"call": _calls, "note": _notes, "task": _tasks}


def open_tasks(owner: Contact | Company, user: Any, limit: int = 50) -> list[Task]:
    """What is still to be done for the contact or company, the most urgent first."""
    tasks = visible_tasks(user, Task.objects.filter(Whom.of(owner).matters, done_at=None))
    return list(with_people(tasks).order_by("due_at", "pk")[:limit])


def with_people(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The tasks with everybody whom a row of a list names."""
    people = tasks.select_related("assignee", "done_by", "contact__company", "company")
    unused = ("contact__search_text", "company__search_text", "contact__company__search_text")
    return people.select_related("call").prefetch_related("contact__phones").defer(*unused)
