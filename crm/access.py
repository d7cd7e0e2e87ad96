"""Who may do what with contacts, companies, notes and tasks: the one place that pages, API and files ask.

Clients are shared: who may see contacts sees all of them. Their calls and recordings are telephony/calls/access.py's,
and what was written of a call goes with the call.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import BooleanField, Case, Model, Q, QuerySet, When

from crm.models import Company, Contact, Note, Task
from telephony.calls.access import Scope, seeing, sees_call_of

Row = TypeVar("Row", bound=Model)


def may(user: Any, action: str, model: type[Model]) -> bool:
    """Whether the user may `view`, `add`, `change`, `delete` or `merge` rows of the model."""
    label = model._meta.model_name
    return bool(user.is_active and user.has_perm(f"crm.{action}_{label}"))


def visible_contacts(user: Any, contacts: QuerySet[Contact] | None = None) -> QuerySet[Contact]:
    """Those of the contacts (default: all) that this user may see."""
    return _all_or_none(user, Contact, contacts)


def visible_companies(user: Any, companies: QuerySet[Company] | None = None) -> QuerySet[Company]:
    """Those of the companies (default: all) that this user may see."""
    return _all_or_none(user, Company, companies)


def visible_notes(user: Any, notes: QuerySet[Note] | None = None) -> QuerySet[Note]:
    """Those of the notes (default: all) that this user may see: of a call only who sees the call, and who wrote it."""
    found = _all_or_none(user, Note, notes)
    if seeing(user) is Scope.ALL:
        return found
    return found.filter(Q(call=None) | Q(author=user.pk) | sees_call_of(user))


def visible_tasks(user: Any, tasks: QuerySet[Task] | None = None) -> QuerySet[Task]:
    """Those of the tasks (default: all) that this user may see: what was promised to a client everybody has to know.

    One that follows from a call of nobody known tells of the call alone: it goes with the call, and with whoever set
    it or is to do it. Each row knows whether its call may be shown (`hides_call`).
    """
    found = _all_or_none(user, Task, tasks)
    if seeing(user) is Scope.ALL:
        return found
    own = Q(assignee=user.pk) | Q(created_by=user.pk)
    of_client = Q(contact__isnull=False) | Q(company__isnull=False)
    sees = sees_call_of(user)
    return found.filter(Q(call=None) | of_client | own | sees).annotate(
        call_is_hidden=Case(When(Q(call=None) | own | sees, then=False), default=True, output_field=BooleanField())
    )


def may_edit_note(user: Any, note: Note) -> bool:
    """Whether the user may reword the note: one's own; anybody's only who could also delete it."""
    own = note.author_id == user.pk or may(user, "delete", Note)
    return own and may(user, "change", Note)


def may_merge(user: Any) -> bool:
    """Whether the user may make one contact of two."""
    return may(user, "merge", Contact) and may(user, "change", Contact)


def _all_or_none(user: Any, model: type[Row], rows: QuerySet[Row] | None) -> QuerySet[Row]:
    found: QuerySet[Row] = model._default_manager.all() if rows is None else rows
    return found if may(user, "view", model) else found.none()
