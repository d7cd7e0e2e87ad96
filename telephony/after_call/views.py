"""The page of what rules told somebody."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from telephony.after_call.selectors import told_to
from telephony.models import RuleMessage
from telephony.ui import presentation, shell

MOST_SHOWN = 100


@admin.site.admin_view
@require_http_methods(["GET", "HEAD", "POST"])
def for_you(request: HttpRequest) -> HttpResponse:
    """What rules told this user, newest first; POST `up_to` says that all up to this one were seen."""
    if request.method == "POST":
        newest = request.POST.get("up_to", "")
        if newest.isascii() and newest.isdigit() and len(newest) < 19:
            mine = RuleMessage.objects.filter(user=request.user.pk, seen_at=None, pk__lte=int(newest))
            mine.update(seen_at=timezone.now())
        return HttpResponseRedirect(reverse("telephony:for_you"))
    rows = list(told_to(request.user)[:MOST_SHOWN])
    context: dict[str, Any] = {
        "told": list(zip(rows, presentation.call_rows(row.run.call for row in rows), strict=True)),
        "newest": max((row.pk for row in rows if row.seen_at is None), default=None),
        "is_part": len(rows) == MOST_SHOWN,
    }
    return shell.page(request, "telephony/after_call/for_you.html", title=_("For you"), **context)
