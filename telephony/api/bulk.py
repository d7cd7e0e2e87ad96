"""The API gives no more in bulk than the right to export: paging through everything is an export.

Without that right (or by a key without the scope `export`) a user reads so many rows of a kind within an hour;
with it as many as he likes, and whatever is beyond the same measure stands in the journal of exports.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response

from telephony import conf
from telephony.api.scopes import Scope, has_scope
from telephony.call_log.exported import note_read
from telephony.models import ApiUse
from telephony.models.api_use import ROWS

HOUR = 3600
_PAGING = ("cursor", "page_size", "format")


class NoMore(Throttled):
    default_detail = (
        "You have read as many rows within an hour as may be read without the right to export them. Ask for that "
        "right, and make a key with the scope “export”, or go on later."
    )
    extra_detail_singular = extra_detail_plural = "There is room again in {wait} seconds."


class Counted:
    """Of a viewset whose rows are counted. `bulk_right` is the right to export them; empty: who sees them has it."""

    bulk_kind: str
    bulk_right = ""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().list(request, *args, **kwargs)  # type: ignore[misc]
        self._count(request, len(answer.data["results"]))
        return answer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = super().retrieve(request, *args, **kwargs)  # type: ignore[misc]
        self._count(request, 1)
        return answer

    def _count(self, request: Request, rows: int) -> None:
        allowed = not self.bulk_right or request.user.has_perm(self.bulk_right)
        count(request, kind=self.bulk_kind, rows=rows, may_export=allowed and has_scope(request.auth, Scope.EXPORT))


def count(request: Request, *, kind: str, rows: int, may_export: bool) -> None:
    """Count these rows; raise `NoMore` where they are too many for who may not export."""
    if not rows:
        return
    window, passed = divmod(int(time.time()), HOUR)
    limit = conf.api_rows_per_hour()
    total = _add(f"{ROWS}{request.user.pk} {kind}", window, rows)
    if total <= limit:
        return
    if not may_export:
        raise NoMore(wait=HOUR - passed)
    filters = [(name, value) for name, values in request.query_params.lists() for value in values]
    query = urlencode([(name, value) for name, value in filters if name not in _PAGING])
    # Those within the measure stand in no journal yet.
    more = total if total - rows <= limit else rows
    note_read(user=request.user, kind=kind, query=query, window=window, rows=more)


def _add(who: str, window: int, rows: int) -> int:
    """How many there are in this hour, with these."""
    of_hour = ApiUse.objects.filter(who=who, window=window)
    if not of_hour.update(count=F("count") + rows):
        ApiUse.objects.filter(who=who, window__lt=window).delete()
        ApiUse.objects.bulk_create([ApiUse(who=who, window=window)], ignore_conflicts=True)
        of_hour.update(count=F("count") + rows)
    return of_hour.values_list("count", flat=True).first() or rows
