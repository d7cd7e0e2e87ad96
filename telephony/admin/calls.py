"""The page of one call. Nobody changes a call by hand; their list is the call log (telephony/call_log)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.admin import timeline
from telephony.admin.base import ListedElsewhere, PlayingAdmin
from telephony.admin.recordings import where
from telephony.after_call.selectors import acted_after
from telephony.calls.access import Scope, seeing, visible_calls
from telephony.cards.trace import trace_of
from telephony.cards.written import may_change, may_write
from telephony.domain.fold.call import DENIED
from telephony.models import Call, CallEvent, CallLeg, StatusChoice
from telephony.privacy import user_keys
from telephony.recordings.player import players_of
from telephony.ui import presentation
from telephony.ui.causes import why_lost
from telephony.ui.markup import change_url
from telephony.ui.said import said_of, with_results


@admin.register(Call)
class CallAdmin(ListedElsewhere, PlayingAdmin):
    one_list = "telephony:calls"
    search_name = "text"
    change_form_template = "telephony/admin/call.html"
    fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        return visible_calls(request.user, super().get_queryset(request))

    def has_view_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        allowed = super().has_view_permission(request, obj) and seeing(request.user) > Scope.NOTHING
        return allowed and (obj is None or visible_calls(request.user).filter(pk=obj.pk).exists())

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        call = kwargs.get("obj")
        if isinstance(call, Call):
            context.update(_page(call, request))
        return super().render_change_form(request, context, *args, **kwargs)


def _page(call: Call, request: HttpRequest) -> dict[str, Any]:
    """What the template of a call's page shows."""
    legs = list(call.legs.select_related("user"))
    events = list(call.events.select_related("delivery").defer("delivery__body", "delivery__query"))
    return {
        "row": presentation.call_row(call),
        "call": call,
        "remarks": _remarks(call),
        "why": why_lost(call),
        "legs": [_leg(leg) for leg in legs],
        "timeline": timeline.draw(call, legs, now=timezone.now()),
        "events": [_event(event) for event in events],
        "recordings": [
            (ready, where(ready.recording, request)) for ready in players_of(request.user, call.recordings.all())
        ],
        "connection_url": change_url(call.connection),
        "trace": trace_of(call, request.user),
        "sets_up": request.user.has_perm("telephony.change_connection"),
        "acted": acted_after(call, request.user),
        **_words_of(call, request.user),
    }


def _words_of(call: Call, user: Any) -> dict[str, Any]:
    """What people said came of it, each with the address where this user may change it."""
    prefetch_related_objects([call], with_results())
    said, address = said_of(call), reverse("telephony:call_result", args=[call.pk])
    own = may_write(user, call) and all(one.user_id != user.pk for one in said)
    return {
        "said": [(one, f"{address}?of={one.user_id}" if may_change(user, call, one.user_id) else "") for one in said],
        "may_say": address if own else "",
    }


def _remarks(call: Call) -> list[str]:
    remarks = [str(call.get_flag_display())] if call.flag else []
    for name in call.conflicts:
        if name == DENIED:
            told = _("The PBX told of an answer, and afterwards that nobody talked: the latter was believed.")
            remarks.append(str(told))
            continue
        label = presentation.FACT_LABELS.get(name, name)
        remarks.append(
            _("The PBX's messages disagree about this: %(fact)s. The earliest was believed.") % {"fact": label}
        )
    return remarks


def _leg(leg: CallLeg) -> dict[str, Any]:
    stopped_ringing = leg.answered_at or leg.ended_at
    waited = (stopped_ringing - leg.rang_at).total_seconds() if leg.rang_at and stopped_ringing else None
    return {
        "name": timeline.leg_name(leg),
        "role": _("transfer") if leg.is_transfer else presentation.ROLE_LABELS.get(leg.role, leg.role),
        "rang_at": leg.rang_at,
        "answered_at": leg.answered_at,
        "ended_at": leg.ended_at,
        "end_is_inferred": leg.end_is_inferred,
        "waited": presentation.length(waited),
        "talked": presentation.length(leg.talk_seconds),
        "outcome": leg.get_status_display(),
        "tone": presentation.TONES.get(leg.status, ""),
    }


def _event(row: CallEvent) -> dict[str, Any]:
    event = row.event()
    said = [event.client_raw, event.our_number, event.transferred_to and f"→ {event.transferred_to}"]
    return {
        "occurred_at": row.occurred_at,
        "label": presentation.event_label(event),
        "phone": event.extension or user_keys.label(user_keys.make_hash(event.user_key)),
        "status": StatusChoice(event.status).label if event.status else "",
        "said": ", ".join(text for text in said if text),
        "delivery": row.delivery,
        "delivery_url": change_url(row.delivery),
    }
