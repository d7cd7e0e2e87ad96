"""Orders for files: who may have which."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from telephony.call_log.exports import files
from telephony.call_log.exports.kinds import Refused, kind_of
from telephony.models import Export

MOST_WAITING = 5
_LONGEST_QUERY = 2000
_PAGING = ("after", "after_name", "page")


@transaction.atomic
def order(*, user: Any, kind: str, query: str) -> Export:
    """Have a worker write this file; an order that is under way already is the same one.

    Raises PermissionDenied, Http404 for a kind that does not exist, and ValidationError with words for the user.
    """
    found = kind_of(kind)
    if found is None:
        raise Http404
    if not found.scope_hash(user):
        raise PermissionDenied
    values = _filters(query)
    text = values.urlencode()
    if len(text) > _LONGEST_QUERY:
        raise ValidationError(_("These filters are too long to be kept: shorten the search, then export again."))
    try:
        found.rows(user, values)
    except Refused as error:
        raise ValidationError(error.reason.label) from error
    # Two clicks at once wait for one another here.
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    under_way = Export.objects.filter(user=user, state__in=(Export.State.WAITING, Export.State.WORKING))
    language = get_language() or ""
    same = under_way.filter(kind=kind, query=text, language=language).first()
    if same is not None:
        return same
    if under_way.count() >= MOST_WAITING:
        text = _("%(most)d of your exports are under way: wait until one is ready.") % {"most": MOST_WAITING}
        raise ValidationError(text)
    words = found.words(user, values)
    return Export.objects.create(user=user, kind=kind, query=text, words=words, language=language)


def file_of(*, user: Any, pk: int) -> tuple[Export, Path]:
    """The finished file. Raises Http404 if it is not there or somebody else's, PermissionDenied if its owner may not
    see today what is in it."""
    export = Export.objects.filter(user=user, pk=pk, state=Export.State.READY).first()
    kind = kind_of(export.kind) if export else None
    if export is None or kind is None:
        raise Http404
    path = files.folder() / export.file
    if not path.is_file():
        raise Http404
    if kind.scope_hash(user) != export.scope:
        raise PermissionDenied
    return export, path


def forget_files() -> None:
    """A person is erased: whatever is written or being written may name them, and is told as failed.

    Whoever writes loses the lease. What waits has read nothing yet, and stays.
    """
    rows = Export.objects.filter(state__in=(Export.State.WORKING, Export.State.READY))
    gone = {"state": Export.State.FAILED, "reason": Export.Reason.ERASED, "lease": "", "file": "", "size": 0}
    if rows.update(next_try_at=None, **gone):
        files.remove_strays()


def is_late(exports: Iterable[Export]) -> bool:
    """Whether one of them should have been taken up by now, and no worker seems to run."""
    now = timezone.now()
    late = now - timedelta(seconds=LATE_SECONDS)
    if not any(row.is_under_way and row.next_try_at and row.next_try_at < late for row in exports):
        return False
    return not Export.objects.filter(state=Export.State.WORKING, next_try_at__gt=now).exists()


LATE_SECONDS = 20
"""Beat calls every 3 seconds for what waits."""


def _filters(query: str) -> QueryDict:
    """What narrows the list, without what only says where a page begins."""
    kept = QueryDict(mutable=True)
    for name, values in QueryDict(query[: 2 * _LONGEST_QUERY]).lists():
        if name not in _PAGING and any(values):
            kept.setlist(name, [value for value in values if value])
    return kept
