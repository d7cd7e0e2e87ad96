"""The admin's first page: what is going on, instead of a list of tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext

from telephony.call_log import dashboard
from telephony.calls.access import Scope, seeing
from telephony.health.badges import count_for
from telephony.jobs import alive
from telephony.models import Connection, Delivery, RowFailure
from telephony.recordings.storage import has_room
from telephony.recordings.words import why_paused
from telephony.reports.figures import read_summary
from telephony.reports.period import Period
from telephony.reports.tiles import Tile, client_tiles, tiles
from telephony.ui.markup import calls_url, change_url, list_url
from telephony.ui.presentation import call_rows
from telephony.vendors import installed

LATEST_CALLS = 15


def index_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds `dashboard` to the first page's context (unfold's DASHBOARD_CALLBACK)."""
    user = request.user
    shown: dict[str, Any] = {
        "may_see_calls": user.has_perm("telephony.view_call") and seeing(user) > Scope.NOTHING,
        "may_see_connections": user.has_perm("telephony.view_connection"),
    }
    if shown["may_see_connections"]:
        shown.update(_connections(request))
    if shown["may_see_calls"]:
        shown.update(_calls(user))
    shown["nothing_allowed"] = not (shown["may_see_calls"] or shown["may_see_connections"])
    return {**context, "title": gettext("Today"), "dashboard": shown}


def _calls(user: Any) -> dict[str, Any]:
    return {
        "report": _report(user) if seeing(user) >= Scope.TEAM else [],
        "today": dashboard.today(user),
        "rows": call_rows(dashboard.latest_calls(user, limit=LATEST_CALLS)),
        "calls_url": calls_url(),
        "today_url": calls_url(period="today"),
        "missed_url": calls_url(period="today", outcome="missed", outside="false"),
        "outside_url": calls_url(period="today", outcome="missed", outside="true"),
        "talking_url": calls_url(outcome="talking"),
        "ringing_url": calls_url(outcome="ringing"),
    }


def _report(user: Any) -> list[Tile]:
    """Today beside yesterday, for those who see more than their own calls."""
    today = timezone.localdate()
    period = Period(first=today, last=today, zone=timezone.get_current_timezone())
    now, before = read_summary(user, period), read_summary(user, period.before)
    return client_tiles(now, before, period)[:3] + tiles(now, before, period)[4:6]


def _connections(request: HttpRequest) -> dict[str, Any]:
    found = dashboard.connections_with_health().defer("settings", "hook_secret")
    items = [_health(connection) for connection in found]
    return {
        "connections": items,
        "worker_is_missing": not alive.is_anybody_there(),
        "why_paused": "" if has_room() else why_paused(),
        "row_failures": RowFailure.objects.filter(last_at__gt=timezone.now() - timedelta(days=1)).count(),
        "row_failures_url": list_url(RowFailure),
        "connections_url": list_url(Connection),
        "things_to_mend": count_for(request),
        "first_steps": not items and request.user.has_perm("telephony.add_connection"),
        "add_connection_url": reverse("telephony:connect"),
    }


def _health(connection: Any) -> dict[str, Any]:
    vendor = installed().get(connection.vendor)
    text, tone = _heard(connection)
    of_connection = {"connection__id__exact": connection.pk}
    return {
        "name": connection.name,
        "pbx": vendor.label if vendor else connection.vendor,
        "url": change_url(connection),
        "health": text,
        "tone": tone,
        "failed": connection.failed_count,
        "failed_url": list_url(Delivery, **of_connection, state__exact="failed"),
        "attention": connection.attention_count,
        "attention_url": list_url(Delivery, **of_connection, needs_attention__exact=1),
    }


def _heard(connection: Any) -> tuple[str, str]:
    """When the PBX was last heard of, and the colour of that."""
    if not connection.enabled:
        return gettext("off"), "plain"
    moment = connection.last_received_at
    if moment is None:
        return gettext("nothing yet"), "warn"
    silent = timezone.now() - moment
    text = gettext("silent for %(time)s") % {"time": timesince(moment, depth=1)}
    if silent.total_seconds() < 60:
        return gettext("just now"), "good"
    return text, "good" if silent.total_seconds() < 3600 else "plain" if silent.days < 1 else "warn"
