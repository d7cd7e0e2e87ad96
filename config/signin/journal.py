"""Who signed in, who did not, and who is locked out: for administrators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.signin import throttle
from config.signin.clients import client
from telephony.ui import shell
from telephony.ui.presentation import person

RIGHT = "config.view_sign_ins"
PAGE = 50
GOOD, BAD = "good", "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One row of the journal."""

    at: datetime
    username: str
    name: str
    """Of the person; empty if nobody has this user name."""
    address: str
    client: str
    outcome: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """An account, or all of an address, that had too many wrong passwords."""

    username: str
    address: str
    count: int
    minutes: int


@never_cache
@require_safe
@permission_required(RIGHT, raise_exception=True)
def journal(request: HttpRequest) -> HttpResponse:
    """The journal, newest first; `name`, `outcome` and `before` narrow it."""
    name, outcome = request.GET.get("name", "").strip().replace("\x00", ""), request.GET.get("outcome", "")
    rows = _rows(name=name, outcome=outcome, before=_moment(request.GET.get("before", "")))
    older = rows[PAGE - 1].at.isoformat() if len(rows) > PAGE else ""
    return shell.page(
        request,
        "config/sign_ins.html",
        title=_("Sign-ins"),
        rows=rows[:PAGE],
        older=older,
        name=name,
        outcome=outcome,
        outcomes=[("", _("all")), (GOOD, _("signed in")), (BAD, pgettext_lazy("a sign-in", "refused"))],
        locked=_locked(),
        keep_days=settings.SIGN_IN_JOURNAL_DAYS,
    )


@require_POST
@permission_required(RIGHT, raise_exception=True)
def let_in(request: HttpRequest) -> HttpResponse:
    """End a lock before its time: of `username`, or of `address`."""
    username, address = request.POST.get("username"), request.POST.get("address")
    if username:
        throttle.lift(username=username)
    elif address:
        throttle.lift(address=address)
    messages.success(request, gettext("The lock is lifted. They can try again at once."))
    return HttpResponseRedirect(reverse("sign-ins"))


def forget_old() -> None:
    """Delete what is older than the journal is kept, and counters of wrong passwords that count no more."""
    now = timezone.now()
    if settings.SIGN_IN_JOURNAL_DAYS:
        oldest = now - timedelta(days=settings.SIGN_IN_JOURNAL_DAYS)
        for model in (AccessLog, AccessFailureLog):
            model.objects.filter(attempt_time__lt=oldest).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _rows(*, name: str, outcome: str, before: datetime | None) -> list[SignIn]:
    """A page and one more, of both kinds."""
    kinds = [(AccessLog, GOOD)] if outcome != BAD else []
    kinds += [(AccessFailureLog, BAD)] if outcome != GOOD else []
    found: list[tuple[Any, str]] = []
    for model, kind in kinds:
        rows = model.objects.order_by("-attempt_time", "-id")
        rows = rows.filter(Q(username__icontains=name) | Q(username=throttle.kept_name(name))) if name else rows
        rows = rows.filter(attempt_time__lt=before) if before else rows
        found += [(row, kind) for row in rows[: PAGE + 1]]
    found.sort(key=lambda pair: pair[0].attempt_time, reverse=True)
    people = _people(row.username for row, _kind in found)
    return [_sign_in(row, kind, people) for row, kind in found[: PAGE + 1]]


def _sign_in(row: Any, kind: str, people: dict[str, str]) -> SignIn:
    if kind == GOOD:
        outcome, tone = gettext("signed in"), "good"
    elif row.locked_out:
        outcome, tone = gettext("refused, and locked out"), "bad"
    else:
        outcome, tone = pgettext("a sign-in", "refused"), "warn"
    return SignIn(
        at=row.attempt_time,
        username=row.username or "",
        name=people.get(row.username or "", ""),
        address=row.ip_address or "",
        client=client(row.user_agent),
        outcome=outcome,
        tone=tone,
    )


def _people(usernames: Iterable[str | None]) -> dict[str, str]:
    users = User.objects.filter(username__in={name for name in usernames if name})
    return {user.username: person(user) for user in users}


def _locked() -> list[Locked]:
    """Who can't get in now. An account from one address, or from everywhere; an address with all its accounts."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    recent = AccessAttempt.objects.filter(attempt_time__gt=since).order_by()
    counted = {"count": Sum("failures_since_start"), "last": Max("attempt_time")}
    limits = (
        (("username", "ip_address"), throttle.MOST_OF_PAIR),
        (("username",), throttle.MOST_OF_ACCOUNT),
        (("ip_address",), throttle.MOST_OF_ADDRESS),
    )
    found = []
    for fields, most in limits:
        for row in recent.values(*fields).annotate(**counted).filter(count__gte=most).order_by("-last")[:PAGE]:
            lock = throttle.Lock(until=row["last"] + settings.AXES_COOLOFF_TIME)
            found.append(
                Locked(
                    username=row.get("username") or "",
                    address=row.get("ip_address") or "",
                    count=row["count"],
                    minutes=lock.minutes,
                )
            )
    return found


pages = {"journal": admin.site.admin_view(journal), "let_in": admin.site.admin_view(let_in)}
"""The views behind the admin's login."""
