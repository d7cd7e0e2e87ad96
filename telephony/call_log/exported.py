"""The journal of exports: who took what, by which filters, and how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db.models import F

from telephony.models import Exported

Row = TypeVar("Row", bound=Sequence[Any])
_LONGEST_QUERY = 2000


def note(*, user: Any, kind: str, way: Exported.Way, query: str, rows: int = 0) -> Exported:
    """A new row of the journal."""
    who = {"user_id": user.pk, "username": user.get_username()}
    return Exported.objects.create(kind=kind, way=way, query=query[:_LONGEST_QUERY], rows=rows, **who)


def noted(table: Iterable[Row], *, user: Any, kind: str, query: str) -> Iterator[Row]:
    """The same table, head and rows, for a CSV file: in the journal before the first row leaves, counted when the
    last one has left or the reader has gone."""
    entry = note(user=user, kind=kind, way=Exported.Way.CSV, query=query)
    return _counted(table, entry)


def _counted(table: Iterable[Row], entry: Exported) -> Iterator[Row]:
    count = -1  # The head is no row.
    try:
        for count, row in enumerate(table):  # noqa: B007  (read afterwards)
            yield row
    finally:
        Exported.objects.filter(pk=entry.pk).update(rows=max(count, 0))


def note_read(*, user: Any, kind: str, query: str, window: int, rows: int) -> None:
    """That many more rows of this kind were read through the API in this hour: one row of the journal for each hour.

    Its filters are those of the latest request.
    """
    of_hour = Exported.objects.filter(user=user.pk, kind=kind, way=Exported.Way.API, window=window)
    changed = {"rows": F("rows") + rows, "query": query[:_LONGEST_QUERY]}
    if of_hour.update(**changed):
        return
    first = Exported(user_id=user.pk, username=user.get_username(), kind=kind, way=Exported.Way.API, window=window)
    Exported.objects.bulk_create([first], ignore_conflicts=True)
    of_hour.update(**changed)
