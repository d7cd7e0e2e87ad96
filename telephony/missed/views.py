"""Missed calls: the list, one client, what can be decided, and the number in the menu."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from telephony.calls import access
from telephony.domain.hours import next_opening
from telephony.hours.selectors import hours_for
from telephony.missed import badges, deciding, selectors, story
from telephony.missed.deciding import Refused
from telephony.missed.presenting import rows_of
from telephony.models import MissedItem, MissedReason
from telephony.ui import shell
from telephony.ui.presentation import person

View = Callable[..., HttpResponseBase]
PAGE = 50
MORNING = time(9)
"""Of the next working day, or when work begins later: what is put off until then waits from that moment on."""
CHOICES = {
    "show": (
        ("waiting", pgettext_lazy("missed clients", "Waiting")),
        ("not_returned", _("Nobody returned")),
        ("returned", _("Returned")),
        ("closed", _("Closed")),
        ("everything", pgettext_lazy("missed clients", "All")),
    ),
    "period": (
        ("", _("any time")),
        ("today", _("today")),
        ("yesterday", _("yesterday")),
        ("7", _("last 7 days")),
        ("30", _("last 30 days")),
    ),
}


def _for_people(view: View) -> View:
    """Whoever sees calls, be it only their own. A piece of a page whose session is over makes the page load anew."""

    @wraps(view)
    def allowed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if access.seeing(request.user) is access.Scope.NOTHING:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    inside = admin.site.admin_view(allowed)

    @wraps(view)
    def entrance(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.headers.get("HX-Request") and not admin.site.has_permission(request):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return inside(request, *args, **kwargs)

    return entrance


def _whose(user: Any, now: datetime) -> str:
    """Who has nothing to return, and is shown a number beside the menu all the same, sees whom it counts."""
    own, late = selectors.to_do(user, now)
    return "all" if late and not own else "mine"


@_for_people
@require_GET
def missed(request: HttpRequest) -> HttpResponse:
    """The list; for scripts only its rows."""
    now = timezone.now()
    chosen = {
        "whose": _one_of(request, "whose", selectors.WHOSE, "") or _whose(request.user, now),
        "show": _one_of(request, "show", selectors.SHOWN, "waiting"),
        "period": _one_of(request, "period", selectors.PERIODS, ""),
    }
    found = selectors.of(request.user, chosen["whose"])
    found = selectors.within(selectors.shown(found, chosen["show"], now), chosen["period"], now)
    count = found.count()
    limit = _limit(request)
    context = {
        "rows": rows_of(list(selectors.with_details(found)[:limit]), request.user, now),
        "count": count,
        "more": limit + PAGE if count > limit else 0,
        "now": now,
        "limit": limit,
        **chosen,
        **_forms(request, now),
    }
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        return render(request, "telephony/missed/rows.html", context)
    scope = access.seeing(request.user)
    context |= {"shows": CHOICES["show"], "periods": CHOICES["period"], "has_team": scope >= access.Scope.TEAM}
    title = pgettext_lazy("missed clients", "Missed calls")
    return shell.page(request, "telephony/missed/page.html", title=title, **context)


@_for_people
@require_GET
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One client: every attempt, every call back, and what people decided."""
    row = _existing(request, pk)
    now = timezone.now()
    steps = story.of(row, request.user)
    context = {"row": rows_of([row], request.user, now)[0], "story": steps, "now": now}
    context["unseen"] = story.unseen_attempts(row, steps)
    title = str(context["row"].client)  # type: ignore[attr-defined]
    return shell.page(request, "telephony/missed/item.html", title=title, **context, **_forms(request, now))


@_for_people
@require_POST
def decide(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Take, give, put off, close or open again; answers with the row as it is now."""
    row, problem = _existing(request, pk), ""
    try:
        row = _decided(request, row, what)
    except Refused as refused:
        problem = str(refused)
    now = timezone.now()
    fresh = selectors.with_details(MissedItem.objects.filter(pk=row.pk)).first()
    if fresh is None:
        return HttpResponse("", headers={"HX-Trigger": "tel-missed"})
    context = {"row": rows_of([fresh], request.user, now)[0], "problem": problem, "now": now, **_forms(request, now)}
    response = render(request, "telephony/missed/row.html", context)
    response.headers["HX-Trigger"] = "tel-missed"
    return response


@require_GET
def badge(request: HttpRequest) -> HttpResponse:
    """The number in the menu, for the script that keeps it right."""
    if not request.user.is_authenticated or not badges.may_see(request):
        return HttpResponse(status=403)
    return JsonResponse({"count": badges.clients_to_call(request)}, headers={"Cache-Control": "no-store"})


def _decided(request: HttpRequest, row: MissedItem, what: str) -> MissedItem:
    given, user = request.POST, request.user
    if what == "take":
        return deciding.take(item=row, user=user)
    if what == "give":
        return deciding.give(item=row, user=user, to=_people(user).filter(pk=_number(given.get("to", ""))).first())
    if what == "snooze":
        return deciding.snooze(item=row, user=user, until=_until(given.get("until", ""), row))
    if what == "close":
        return deciding.close(item=row, user=user, reason=given.get("reason", ""), note=given.get("note", ""))
    if what == "reopen":
        return deciding.reopen(item=row, user=user)
    raise Http404


def _until(word: str, row: MissedItem) -> datetime:
    now = timezone.localtime()
    if word == "working_day":
        morning = timezone.make_aware(datetime.combine(now.date() + timedelta(days=1), MORNING))
        hours = hours_for(connection_id=row.connection_id, our_number=row.our_number, team_id=row.team_id)
        return next_opening(hours, morning) or morning
    return now + {"15": timedelta(minutes=15), "60": timedelta(hours=1)}.get(word, timedelta(0))


def _existing(request: HttpRequest, pk: int) -> MissedItem:
    return get_object_or_404(selectors.with_details(access.visible_missed(request.user)), pk=pk)


def _people(user: Any) -> QuerySet[Any]:
    """Whom it may be given to: colleagues; whoever sees all calls may give it to anybody."""
    people = get_user_model()._default_manager.filter(is_active=True)
    if access.seeing(user) < access.Scope.ALL:
        people = people.filter(pk__in=access.colleagues(user))
    return people.order_by("first_name", "last_name", "username")


def _forms(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What the rows' menus offer."""
    return {
        "people": [(one.pk, person(one)) for one in _people(request.user)[:200]],
        "reasons": [(reason, MissedReason(reason).label) for reason in deciding.REASONS],
        "list_url": reverse("telephony:missed"),
        "me": request.user,
    }


def _one_of(request: HttpRequest, name: str, values: tuple[str, ...], default: str) -> str:
    given = request.GET.get(name, default)
    return given if given in values else default


def _limit(request: HttpRequest) -> int:
    given = request.GET.get("limit", "")
    return min(int(given), 1000) if given.isdecimal() and len(given) < 5 else PAGE


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 18 else 0
