"""Contacts as a kind of export: an Excel file that a worker writes (telephony/call_log/exports)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.access import visible_contacts
from crm.models import Contact, Tag
from crm.selectors.export import table
from crm.selectors.filters import MINE, NOBODY, ListFilter
from telephony.call_log.exports import Kind
from telephony.ui.presentation import person

RIGHTS = ("crm.view_contact", "crm.export_contacts")


def _scope(user: Any) -> str:
    """Clients are shared: all of them, or none."""
    return "all" if user.has_perms(RIGHTS) else ""


def _rows(user: Any, query: QueryDict) -> QuerySet[Contact]:
    return ListFilter.read(query).narrow(visible_contacts(user), user)


def _words(user: Any, query: QueryDict) -> list[str]:
    asked = ListFilter.read(query)
    words = [_("Search: %(term)s") % {"term": asked.term}] if asked.term else []
    if asked.tag:
        tag = Tag.objects.filter(pk=asked.tag).first()
        words.append(_("Tag: %(name)s") % {"name": tag or asked.tag})
    if asked.responsible:
        words.append(_("Responsible: %(name)s") % {"name": _person(asked.responsible)})
    return words


def _person(asked: str) -> str:
    if asked == MINE:
        return _("me")
    if asked == NOBODY:
        return _("nobody")
    found = get_user_model().objects.filter(pk=asked).first()
    return person(found) if found else asked


CONTACTS = Kind(
    name="contacts",
    title=gettext_lazy("All contacts"),
    title_of_some=gettext_lazy("Contacts"),
    scope=_scope,
    rows=_rows,
    table=table,
    words=_words,
)
