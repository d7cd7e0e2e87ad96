"""Filters of the lists."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone

from telephony.admin.theme import RangeDateFilter


class DayRangeFilter(RangeDateFilter):
    """Rows from the first day to the last, both whole days in the site's time zone.

    The theme's own filter leaves the last day out, and reads dates in the English notation only.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first = self._midnight("_from")
        last = self._midnight("_to")
        if first is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": first})
        if last is not None:
            queryset = queryset.filter(**{f"{self.field_path}__lt": last + timedelta(days=1)})
        return queryset

    def _midnight(self, end: str) -> datetime | None:
        typed = str(self.used_parameters.get(self.field_path + end) or "")
        for notation in (*formats.get_format("DATE_INPUT_FORMATS"), "%Y-%m-%d"):
            try:
                day = datetime.strptime(typed, notation).date()  # noqa: DTZ007  (a day, made aware below)
                return timezone.make_aware(datetime.combine(day, time.min))
            except (ValueError, OverflowError):
                continue
        return None
