"""Deliveries: what the PBXs sent, what became of it, and reading it again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RelatedDropdownFilter

from telephony.admin.base import ReadOnlyAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.admin.raw_view import mask_of, masks_of, raw_view, summary
from telephony.admin.replaying import run_replay
from telephony.intake.notes import sentences
from telephony.models import Delivery
from telephony.ui import presentation
from telephony.ui.markup import badge, change_url, icon, when
from telephony.ui.reasons import in_words

HEAD_BYTES = 2000
"""How much of a body the list reads for its summary."""

TONES = {"received": "warn", "applied": "good", "ignored": "", "failed": "bad", "refused": "bad"}


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    nothing_yet = _("A row appears with each message of a connected PBX.")
    list_display = ["number", "received", "connection_name", "summary", "state_badge", "reason"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("connection", RelatedDropdownFilter),
        ("needs_attention", BooleanRadioFilter),
        ("received_at", DayRangeFilter),
    ]
    fields = ()
    actions = ["replay_selected", "preview_selected"]
    change_form_template = "telephony/admin/delivery.html"

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Replaying changes calls: it takes the right to change deliveries, which nothing else here uses."""
        return request.user.has_perm("telephony.change_delivery")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).select_related("connection")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        _summarise(changelist.result_list)
        return changelist

    def get_urls(self) -> list[URLPattern]:
        replay = self.admin_site.admin_view(require_POST(self.replay_view))
        return [path("<int:pk>/replay/", replay, name="telephony_delivery_replay"), *super().get_urls()]

    def replay_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One delivery again, or (with `dry_run`) what that would change."""
        if not self.has_replay_permission(request):
            raise PermissionDenied
        delivery = get_object_or_404(Delivery.objects.select_related("connection"), pk=pk)
        run_replay(request, [delivery], dry_run="dry_run" in request.POST)
        return HttpResponseRedirect(reverse("admin:telephony_delivery_change", args=[pk]))

    @admin.action(description=_("Replay: read again and apply"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        run_replay(request, queryset, dry_run=False)

    @admin.action(description=_("What would replay change?"), permissions=["replay"])
    def preview_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        run_replay(request, queryset, dry_run=True)

    @admin.display(description=_("number"), ordering="id")
    def number(self, delivery: Delivery) -> str:
        return f"#{delivery.pk}"

    @admin.display(description=_("received"), ordering="id")
    def received(self, delivery: Delivery) -> str:
        return when(delivery.received_at)

    @admin.display(description=_("connection"))
    def connection_name(self, delivery: Delivery) -> str:
        return delivery.connection.name

    @admin.display(description=_("message"))
    def summary(self, delivery: Delivery) -> SafeString:
        return format_html('<span class="tel-code tel-summary">{}</span>', getattr(delivery, "shown_summary", ""))

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, delivery: Delivery) -> SafeString:
        return state_badge(delivery)

    @admin.display(description=_("reason"), empty_value="")
    def reason(self, delivery: Delivery) -> str:
        told = " ".join([in_words(delivery.error), *sentences(delivery.notes)]).strip()
        return told if len(told) <= 120 else told[:119] + "…"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        delivery = kwargs.get("obj")
        if isinstance(delivery, Delivery):
            context.update(_page(delivery), may_replay=self.has_replay_permission(request))
        return super().render_change_form(request, context, *args, **kwargs)


def state_badge(delivery: Delivery) -> SafeString:
    """The state, with a warning where somebody has to mend something."""
    shown = badge(delivery.get_state_display(), TONES.get(delivery.state, ""))
    if not delivery.needs_attention:
        return shown
    return format_html('{} <span class="tel-attention">{}</span>', shown, icon("warning", _("needs attention")))


def _summarise(deliveries: Any) -> None:
    """Give each delivery its summary, from the beginning of its body."""
    masks = masks_of(row.connection for row in deliveries)
    for row in deliveries:
        hook = row.hook()
        head = replace(hook, body=hook.body[:HEAD_BYTES])
        row.shown_summary = summary(head, len(hook.body), masks[row.connection_id])


def _page(delivery: Delivery) -> dict[str, Any]:
    """What the template of a delivery's page shows."""
    events = delivery.events.select_related("call__contact", "call__connection")
    mask = mask_of(delivery)
    return {
        "delivery": delivery,
        "raw": raw_view(delivery),
        "reason": mask.text(in_words(delivery.error)),
        "notes": [mask.text(sentence) for sentence in sentences(delivery.notes)],
        "badge": state_badge(delivery),
        "connection_url": change_url(delivery.connection),
        "events": [
            {
                "label": presentation.EVENT_LABELS.get(event.kind, event.kind),
                "occurred_at": event.occurred_at,
                "call": event.call,
                "call_url": change_url(event.call),
                "client": presentation.client_name(event.call),
                "outcome": presentation.outcome(event.call),
            }
            for event in events
        ],
    }
