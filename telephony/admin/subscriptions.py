"""Outgoing webhooks: who is told of calls, and how each message fared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from telephony.admin.base import ReadOnlyAdmin, TelephonyAdmin
from telephony.admin.listed import LinesField
from telephony.models import Notice, Subscription, Topic
from telephony.models.subscription import new_secret
from telephony.outgoing.delivery import send_again
from telephony.ui.markup import badge, change_url, link, list_url, when

TONES = {Notice.State.WAITING: "warn", Notice.State.DELIVERED: "good", Notice.State.FAILED: "bad"}


class SubscriptionForm(forms.ModelForm):
    topics = forms.MultipleChoiceField(
        label=_("Topics"),
        choices=Topic.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("What this system is told of."),
    )
    internal_networks = LinesField(
        label=_("Internal networks"),
        help_text=_("One a line, like 192.168.1.0/24: needed only if the address is inside your own network."),
    )

    class Meta:
        model = Subscription
        fields = ["name", "url", "topics", "enabled", "internal_networks"]


@admin.register(Subscription)
class SubscriptionAdmin(TelephonyAdmin):
    nothing_yet = _("A row tells another program of calls, as soon as something happens to one.")
    form = SubscriptionForm
    list_display = ["name", "url", "enabled", "messages_link"]
    readonly_fields = ["signing_key"]
    fields = ["name", "url", "topics", "enabled", "internal_networks", "signing_key"]

    @admin.display(description=_("messages"))
    def messages_link(self, subscription: Subscription) -> SafeString:
        return link(list_url(Notice, subscription__id__exact=subscription.pk), _("delivery log"))

    @admin.display(description=_("signing key"))
    def signing_key(self, subscription: Subscription) -> Any:
        """Shown to those who may change it: they have to enter it at the receiver."""
        return subscription.secret if subscription.pk else _("Made when you save.")

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        """Another receiver gets another signing key: what it is told can't be passed on as ours to the first."""
        if change and "url" in form.changed_data:
            obj.secret = new_secret()
            text = _("The address was changed, so there is a new signing key: enter it at the receiver.")
            messages.warning(request, text)
        super().save_model(request, obj, form, change)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        may_see = self.has_change_permission(request, obj)
        return [name for name in fields if name != "signing_key" or may_see]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    nothing_yet = _(
        "A row appears when another program is to be told of a call. Which programs are, is said under "
        "outgoing webhooks."
    )
    list_display = [
        "message_id",
        "topic",
        "subscription",
        "of_call",
        "created",
        "state_badge",
        "attempts",
        "answered_status",
    ]
    list_filter = [
        ("subscription", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("topic", ChoicesDropdownFilter),
    ]
    ordering = ["-id"]
    actions = ["deliver_again"]
    fields = [
        *("message_id", "topic", "subscription", "of_call", "created", "state_badge"),
        *("attempts", "answered_status", "error", "next_try_at", "delivered_at", "payload"),
    ]
    readonly_fields = [
        *("message_id", "topic", "subscription", "of_call", "created", "state_badge"),
        *("attempts", "answered_status", "error", "next_try_at", "delivered_at", "payload"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        rows: QuerySet[Notice] = super().get_queryset(request)
        return rows.select_related("subscription", "call").defer("subscription__secret")

    @admin.display(description=_("call"))
    def of_call(self, notice: Notice) -> SafeString:
        return link(change_url(notice.call), f"#{notice.call_id}") if notice.call_id else SafeString("–")

    @admin.display(description=_("happened"), ordering="id")
    def created(self, notice: Notice) -> str:
        return when(notice.created_at)

    @admin.display(description=_("state"))
    def state_badge(self, notice: Notice) -> SafeString:
        state = Notice.State(notice.state)
        return badge(state.label, TONES[state], notice.error)

    @admin.action(description=_("Send again"), permissions=["resend"])
    def deliver_again(self, request: HttpRequest, notices: QuerySet[Notice]) -> None:
        for notice in notices:
            send_again(notice=notice)
        count = len(notices)
        text = ngettext("%(count)d message will be sent again.", "%(count)d messages will be sent again.", count)
        messages.success(request, text % {"count": count})

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("telephony.change_subscription"))
