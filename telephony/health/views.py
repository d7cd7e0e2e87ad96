"""Health on pages: what is wrong, by connection and for the installation, and the figures behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.formats import localize, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from telephony.conf import mail_is_set_up
from telephony.connections.clock import clock_figure
from telephony.health.alarm_mails import mended, place
from telephony.health.alarms import those_told
from telephony.health.known import Known
from telephony.health.of_canary import echoes_of_last_day, of_last_day
from telephony.health.of_house import WORK
from telephony.health.report import Health, connections_health, house_health
from telephony.health.rights import may_see
from telephony.health.waiting import waiting_work
from telephony.jobs import alive
from telephony.models import Alarm, Delivery, SeenProcess, Subscription, Topic
from telephony.recordings.storage import free_bytes
from telephony.ui import shell
from telephony.ui.markup import change_url, list_url
from telephony.ui.presentation import length, person

View = Callable[..., HttpResponseBase]
LATEST = 20
"""Alarms on the page."""


def _for_those_who_mend(view: View) -> View:
    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_see(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(allowed)


@_for_those_who_mend
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """All connections and the installation: what is wrong stands first."""
    found, house = connections_health(), house_health()
    context = {
        "house": house,
        "rows": [_row(one) for one in found],
        "troubled": [one for one in (*found, house) if one.findings],
        "count": sum(len(one.findings) for one in (*found, house)),
        "waiting": [(WORK[one.name], one.count, length(one.oldest_seconds)) for one in waiting_work() if one.count],
        "processes": [(kind.label, alive.last_seen(kind)) for kind in SeenProcess.Kind],
        "free": free_bytes(),
        **_alarms(),
    }
    return shell.page(request, "telephony/health/health.html", title=gettext_lazy("Health"), **context)


@_for_those_who_mend
@require_GET
def connection(request: HttpRequest, pk: int) -> HttpResponse:
    """One connection: its findings, and every figure that they are judged by."""
    found = next(iter(connections_health([pk])), None)
    if found is None or found.known is None or found.connection is None:
        raise Http404
    known = found.known
    context = {
        **_row(found),
        "failures": _failures(known),
        "stray": [(row.get_why_display(), row.count, row.last_at) for row in known.stray],
        "figures": _facts(known),
        "url": change_url(found.connection),
    }
    title = _("Health: %(name)s") % {"name": found.connection.name}
    return shell.page(request, "telephony/health/connection.html", title=title, **context)


def _alarms() -> dict[str, Any]:
    """Who is told, and of what people were told lately."""
    told_to = those_told().exclude(email="")
    systems = [one.name for one in Subscription.objects.filter(enabled=True) if Topic.HEALTH_FOUND in one.topics]
    latest = Alarm.objects.exclude(told_at=None).select_related("connection")[:LATEST]
    return {
        "has_mail": mail_is_set_up(),
        "told_to": ", ".join(person(user) for user in told_to),
        "systems": ", ".join(systems),
        "alarms": [(place(one), one.text, one.opened_at, mended(one)) for one in latest],
    }


def _row(found: Health) -> dict[str, Any]:
    known = found.known
    slowest = known.answered_within(0.95) if known else None
    return {
        "health": found,
        "connection": found.connection,
        "pbx": found.connection.vendor_object.label if found.connection else "",
        "last": known.last_received_at if known else None,
        "messages_count": known.messages_of_hour if known else 0,
        "calls": known.usual.this_hour if known else 0,
        "usual_messages": _number(known.usual.messages_at(known.now)) if known else "",
        "usual_calls": _number(_usual_calls(known)) if known else "",
        "slowest": _seconds(slowest),
    }


def _usual_calls(known: Known) -> float | None:
    return known.usual.at(known.now) if known.usual.is_known else None


def _number(usual: float | None) -> str:
    """Empty while it is not known."""
    return str(localize(round(usual, 1) if usual < 10 else round(usual))) if usual is not None else ""


def _seconds(value: float | None) -> str:
    return "–" if value is None else _("%(seconds)s s") % {"seconds": number_format(value, 2)}


def _facts(known: Known) -> list[tuple[str, str]]:
    """Words and values."""
    times = [
        (_("%(share)d%% of messages were answered within") % {"share": share}, known.answered_within(share / 100))
        for share in (50, 95, 99)
    ]
    return [
        (_("Messages of the last hour"), str(known.messages_of_hour)),
        (_("Messages in such an hour usually"), _number(known.usual.messages_at(known.now)) or _("not known yet")),
        (_("Calls of the last hour"), str(known.usual.this_hour)),
        (_("Calls in such an hour usually"), _number(_usual_calls(known)) or _("not known yet")),
        *((label, _seconds(value)) for label, value in times),
        (_("The PBX's clock"), clock_figure(known.connection)),
        (_("Canary calls of the last day"), of_last_day(known)),
        *((_("Real calls to the echo number"), words) for words in (echoes_of_last_day(known),) if words),
        (_("Requests with a wrong code, ever"), str(known.connection.rejected_count)),
    ]


def _failures(known: Known) -> list[tuple[str, int, str]]:
    """Messages of the last day that were not understood, by reason."""
    counts: Counter[tuple[str, str]] = Counter((one.error[:200], one.state) for one in known.messages if one.is_trouble)
    of_connection = {"connection__id__exact": known.connection.pk}
    return [
        (error, count, list_url(Delivery, **of_connection, state__exact=state))
        for (error, state), count in counts.most_common()
    ]
