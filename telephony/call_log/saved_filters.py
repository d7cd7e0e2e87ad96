"""Writes the named filters of the call log."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from telephony.call_log.filter import CallFilter
from telephony.models import SavedFilter

MOST = 30


@transaction.atomic
def save_filter(*, user: Any, name: str, query: str) -> SavedFilter:
    """Keep these filters under the name; the same name again means the new ones. Raises ValidationError by field."""
    given = QueryDict(query)
    kept = QueryDict(mutable=True)
    for key in CallFilter.base_filters:
        kept.setlist(key, [value for value in given.getlist(key) if value])
    text = kept.urlencode()
    if not text:
        raise ValidationError({"query": _("Choose a filter first, then save it.")})
    row = SavedFilter.objects.filter(user=user, name=name.strip()).first() or SavedFilter(user=user, name=name.strip())
    if row.pk is None and SavedFilter.objects.filter(user=user).count() >= MOST:
        raise ValidationError({"name": _("You have %(most)d saved filters: delete one first.") % {"most": MOST}})
    row.query = text
    row.full_clean()
    row.save()
    return row


def delete_filter(*, user: Any, pk: int) -> None:
    """Forget one of the user's own filters; nothing happens for any other."""
    SavedFilter.objects.filter(user=user, pk=pk).delete()
