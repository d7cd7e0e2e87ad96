"""The page on which people order reports by e-mail, and see what became of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from telephony.calls import access
from telephony.conf import mail_is_set_up
from telephony.editing.forms import show_taken
from telephony.editing.locking import row_of_form
from telephony.models import ReportMail, ReportSubscription
from telephony.summary.mail import subscribing
from telephony.summary.mail.forms import MANAGES, SubscriptionForm
from telephony.ui import shell

MOST_SHOWN = 5


def may_order(request: HttpRequest) -> bool:
    """For the menu."""
    return access.seeing(request.user) > access.Scope.NOTHING


@never_cache
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """Own reports; with the right to order them for others, everybody's."""
    user: Any = request.user
    if not may_order(request):
        raise PermissionDenied
    form = SubscriptionForm(request.POST or None, orderer=user)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        messages.success(request, gettext("Ordered. “Send one now” shows what it looks like."))
        return HttpResponseRedirect(reverse("telephony:report_mails"))
    context = {
        "form": form,
        "subscriptions": _with_mails(_own(user)),
        "is_set_up": mail_is_set_up(),
        "has_address": bool(user.email),
        "manages": user.has_perm(MANAGES),
    }
    return shell.page(request, "telephony/summary/reports.html", title=_("Reports by e-mail"), **context)


@never_cache
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One report's hour, days, language and teams."""
    with row_of_form(request, ReportSubscription, pk):
        subscription = get_object_or_404(_own(request.user), pk=pk)
        form = SubscriptionForm(request.POST or None, instance=subscription, orderer=request.user)
        is_saved = request.method == "POST" and form.is_valid() and _save(request, form)
    if is_saved:
        show_taken(request, [form])
        messages.success(request, gettext("Saved. It comes as you said from the next one on."))
        return HttpResponseRedirect(reverse("telephony:report_mails"))
    title = gettext("Change a report by e-mail")
    return shell.page(request, "telephony/summary/change.html", title=title, form=form)


@require_POST
def send_now(request: HttpRequest, pk: int) -> HttpResponse:
    subscribing.send_now(subscription=get_object_or_404(_own(request.user), pk=pk))
    messages.success(request, gettext("It is sent within a minute. What became of it stands below."))
    return HttpResponseRedirect(reverse("telephony:report_mails"))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    subscribing.unsubscribe(subscription=get_object_or_404(_own(request.user), pk=pk))
    messages.success(request, gettext("The report is not sent any more."))
    return HttpResponseRedirect(reverse("telephony:report_mails"))


def _save(request: HttpRequest, form: SubscriptionForm) -> bool:
    """Order it, or change the one that the form is of."""
    values = {name: form.cleaned_data[name] for name in ("user", "period", "hour", "time_zone", "language")}
    values |= {"origin": request.build_absolute_uri("/").rstrip("/"), "teams": form.cleaned_data.get("teams", ())}
    try:
        if form.instance.pk:
            subscribing.change(subscription=form.instance, **values)
        else:
            subscribing.subscribe(**values)
    except IntegrityError:  # The same click again: the first one ordered it.
        form.add_error("hour", gettext("There is such a report at this hour already. Choose another hour."))
        return False
    return True


def _own(user: Any) -> QuerySet[ReportSubscription]:
    if user.has_perm(MANAGES):
        return ReportSubscription.objects.all()
    return ReportSubscription.objects.filter(user=user.pk)


def _with_mails(subscriptions: QuerySet[ReportSubscription]) -> list[ReportSubscription]:
    mails = ReportMail.objects.order_by("-pk")
    found = subscriptions.select_related("user").prefetch_related(
        "teams", Prefetch("mails", mails, to_attr="all_mails")
    )
    rows: list[ReportSubscription] = list(found)
    for row in rows:
        row.latest = row.all_mails[:MOST_SHOWN]  # type: ignore[attr-defined]
    return rows
