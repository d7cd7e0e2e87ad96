"""Rules after a call: what is done by itself when a call of some kind is over."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.admin.base import TelephonyAdmin
from telephony.after_call.trying import try_rule
from telephony.after_call.words import sentence, task_title
from telephony.conf import mail_is_set_up
from telephony.models import CallEnding, CallRule
from telephony.ui import presentation
from telephony.ui.markup import badge

_SUGGESTIONS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        _("Nobody new is lost: a missed call of an unknown number becomes a contact and a task to call back in time."),
        {"ending": CallEnding.MISSED, "who": "unknown", "add_contact": "on", "task_minutes": 15},
    ),
    (
        _("After the night: a known client who called outside working hours is called back first thing."),
        {"ending": CallEnding.MISSED, "who": "known", "hours": "outside", "task_minutes": 30},
    ),
    (
        _("Everybody who talked with you is in the contacts, with the tag “New”."),
        {"ending": CallEnding.ANSWERED, "who": "unknown", "add_contact": "on"},
    ),
)


class CallRuleForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """At least one thing is done, and e-mail can be sent."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        deeds = ("add_contact", "tag", "task_title", "tell", "tell_systems")
        if cleaned.get("enabled") and not any(cleaned.get(name) for name in deeds):
            self.add_error("enabled", _("Say below what is to be done, then switch it on."))
        if cleaned.get("tell_by_email") and not cleaned.get("tell"):
            self.add_error("tell", _("Choose who is to get the e-mail."))
        elif cleaned.get("tell_by_email") and not mail_is_set_up():
            text = _("No e-mail can be sent yet: the administrator of the server has to set EMAIL_URL first.")
            self.add_error("tell_by_email", text)
        return cleaned


@admin.register(CallRule)
class CallRuleAdmin(TelephonyAdmin):
    nothing_yet = _("A rule does something by itself after a call: a task, a tag, a contact, a word to a colleague.")
    form = CallRuleForm
    list_display = ["in_words", "is_on"]
    ordering = ["pk"]
    list_before_template = "telephony/after_call/suggestions.html"
    change_form_outer_before_template = "telephony/after_call/trial.html"
    autocomplete_fields = ["connection", "line", "person", "tell"]
    fieldsets = [
        (_("When"), {"fields": ["ending", "who", "hours", "connection", "line"]}),
        (_("Then: contact"), {"fields": ["add_contact", "contact_source", "tag"]}),
        (_("Then: task"), {"fields": ["task_title", "task_minutes", "assignee", "person"]}),
        (_("Then: tell"), {"fields": ["tell", "tell_by_email", "tell_systems"]}),
        (_("Does it act?"), {"fields": ["enabled"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallRule]:
        rows: QuerySet[CallRule] = super().get_queryset(request)
        return rows.select_related("line", "connection").prefetch_related("tell")

    def save_model(self, request: HttpRequest, obj: CallRule, form: Any, change: bool) -> None:
        """Links in e-mails begin with the address at which people are now."""
        obj.origin = request.build_absolute_uri("/").rstrip("/")
        super().save_model(request, obj, form, change)

    @admin.display(description=_("rule"))
    def in_words(self, rule: CallRule) -> str:
        return sentence(rule)

    @admin.display(description=_("acts"))
    def is_on(self, rule: CallRule) -> SafeString:
        return badge(_("on"), "good") if rule.enabled else badge(_("off: only tried"))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """With suggestions, while there is no rule."""
        offered = [] if CallRule.objects.exists() or not self.has_add_permission(request) else suggestions()
        return super().changelist_view(request, {**(extra_context or {}), "suggestions": offered})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With what it would have done last week."""
        rule = self.get_object(request, object_id)
        tried: dict[str, Any] = {}
        if rule is not None and request.method == "GET":
            trial = try_rule(rule=rule, user=request.user)
            example = task_title(rule, trial.calls[0]) if trial.calls else ""
            rows = map(presentation.call_row, trial.calls)
            tried = {"trial": trial, "words": sentence(rule), "example": example, "rows": rows}
        answer: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **tried})
        return answer


def suggestions() -> list[dict[str, str]]:
    """Words, and the form filled in with that rule."""
    extra = (
        {"contact_source": gettext("Missed call"), "task_title": gettext("Call back {number}")},
        {"task_title": gettext("Call back {client}: called at {time}")},
        {"contact_source": gettext("Call"), "tag": gettext("New")},
    )
    address = reverse("admin:telephony_callrule_add")
    return [
        {"words": str(words), "url": f"{address}?{urlencode({**values, **more})}"}
        for (words, values), more in zip(_SUGGESTIONS, extra, strict=True)
    ]
