"""What the reconcile page shows: the days' pictures, the state of the pull, and the calls in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext

from telephony.models import Connection, PbxDay
from telephony.reconcile import requests
from telephony.reconcile.comparing import Entry, Standing, compare_day, counts, day_of
from telephony.reconcile.importing import CLEAR
from telephony.reconcile.reconciled_rows import STANDINGS, row_of
from telephony.reconcile.words import reason_text
from telephony.ui.lines import Lines
from telephony.ui.markup import change_url

ROWS_PER_PAGE = 50
DAYS = 14
WORKER_IS_LATE = timedelta(seconds=20)
WIDTH = 1000
"""Units from a picture's left to its right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bar, in units of `WIDTH`."""

    standing: str
    name: str | Promise
    count: int
    x: int
    width: int


def bar(found: dict[str, int]) -> list[Part]:
    """The counts as a bar, most urgent first; nothing for no calls."""
    total = sum(found.get(standing, 0) for standing in STANDINGS)
    parts, done = [], 0
    for standing, (name, _meaning) in STANDINGS.items():
        count = found.get(standing, 0)
        if count:
            x = WIDTH * done // total
            done += count
            parts.append(Part(standing=standing, name=name, count=count, x=x, width=WIDTH * done // total - x))
    return parts


def summary(connection: Connection) -> dict[str, Any]:
    """A connection in the list of those that can be asked."""
    last = connection.days.exclude(pulled_at=None).order_by("-pulled_at").first()
    asked = connection.days.exclude(asked_at=None).order_by("-asked_at").first()
    has_failed = asked is not None and asked.state == PbxDay.State.FAILED
    return {
        "connection": connection,
        "pbx": connection.vendor_object.label,
        "is_set_up": requests.is_set_up(connection),
        "last": last,
        "pulled": _ago(last.pulled_at) if last and last.pulled_at else "",
        "bar": bar(last.counts) if last else [],
        "trouble": reason_text(asked.reason, asked.detail) if asked is not None and has_failed else "",
    }


def page_of(*, connection: Connection, day: date, show: str, number: str) -> dict[str, Any]:
    """Everything on the page of a day."""
    show = show if show in STANDINGS else ""
    row = PbxDay.objects.filter(connection=connection, day=day).first()
    entries = compare_day(connection=connection, day=day)
    found = counts(entries)
    importable = [entry for entry in entries if entry.can_import and entry.standing in CLEAR]
    chosen = [entry for entry in entries if entry.standing == show or (not show and entry.standing != Standing.BOTH)]
    listed: Page[Entry] = Paginator(chosen, ROWS_PER_PAGE).get_page(number)
    today, lines = day_of(connection, timezone.now()), Lines()
    return {
        "connection": connection,
        "pbx": connection.vendor_object.label,
        "connection_url": change_url(connection),
        "day": day,
        "today": today,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "days": _days(connection, today, day),
        "is_set_up": requests.is_set_up(connection),
        "pulled_at": row.pulled_at if row else None,
        "pulled": _ago(row.pulled_at) if row and row.pulled_at else "",
        "next_try_at": row.next_try_at if row else None,
        "unread": row.unread if row else 0,
        "trouble": reason_text(row.reason, row.detail) if row else "",
        "progress": _progress(row),
        "total": len(entries),
        "imported": found["imported"],
        "bar": bar(found),
        "tiles": [_tile(standing, found, show) for standing in STANDINGS],
        "show": show,
        "meaning": STANDINGS[Standing(show)][1] if show else "",
        "importable": len(importable),
        "can_tick": any(entry.can_import for entry in listed),
        "rows": [row_of(entry, connection=connection, lines=lines) for entry in listed],
        "page": listed,
        "zone": connection.time_zone,
    }


def _ago(moment: datetime) -> str:
    if timezone.now() - moment < timedelta(minutes=1):
        return gettext("pulled just now")
    return gettext("pulled %(time)s ago") % {"time": timesince(moment, depth=1)}


def _progress(row: PbxDay | None) -> dict[str, Any]:
    """What a worker is doing about this day, or should be."""
    if row is None:
        return {}
    if row.requested_at is not None:
        taken_up = row.asked_at is not None and row.asked_at >= row.requested_at
        is_late = not taken_up and timezone.now() - row.requested_at > WORKER_IS_LATE
        return {"pulling": True, "taken_up": taken_up, "is_late": is_late}
    left = row.rows.filter(is_wanted=True).count()
    return {"importing": True, "left": left} if left else {}


def _days(connection: Connection, today: date, chosen: date) -> list[dict[str, Any]]:
    """The last days up to today, or around the chosen one, each with its picture."""
    last = today if today - chosen < timedelta(days=DAYS) else min(today, chosen + timedelta(days=DAYS // 2))
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    known = {row.day: row for row in connection.days.filter(day__range=(days[0], days[-1]))}
    shown = []
    for day in days:
        row = known.get(day)
        found = row.counts if row and row.pulled_at else {}
        failed = row is not None and row.state == PbxDay.State.FAILED
        shown.append({"day": day, "is_chosen": day == chosen, "bar": bar(found), "failed": failed, "row": row})
    return shown


def _tile(standing: Standing, found: dict[str, int], show: str) -> dict[str, Any]:
    name, meaning = STANDINGS[standing]
    count = found[standing]
    return {"standing": standing, "name": name, "meaning": meaning, "count": count, "is_chosen": show == standing}
