"""Orders to call: who clicked which number, and what became of it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter

from telephony.admin.base import ReadOnlyAdmin
from telephony.admin.filters import DayRangeFilter
from telephony.admin.search import any_case
from telephony.call_log.search import digits_of_number
from telephony.calls import access
from telephony.dialing import words as dial_words
from telephony.models import Dial
from telephony.ui import presentation
from telephony.ui.markup import badge, call_button, change_url, link, when

TONES = {"bound": "good", "sent": "good", "failed": "bad", "refused": "bad", "unknown": "warn"}


@admin.register(Dial)
class DialAdmin(ReadOnlyAdmin):
    nothing_yet = _("A row appears when somebody presses the button beside a number to call it.")
    list_display = ["number", "dial_it", "ordered", "who", "phone", "what_became", "the_call"]
    list_filter = [
        ("state", ChoicesDropdownFilter),
        ("connection", RelatedDropdownFilter),
        ("user", RelatedDropdownFilter),
        ("ordered_at", DayRangeFilter),
    ]
    search_fields = ["phone_e164"]
    search_help_text = _("A number in any form, a user's name or an order id")
    fields = readonly_fields = (
        *("number", "ordered", "who", "phone", "what_became"),
        *("result_text", "order_id", "answered", "the_call"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Dial]:
        rows = access.visible_dials(request.user).select_related("user", "connection", "call")
        return rows.defer("connection__settings", "connection__hook_secret").order_by("-id")

    def found(self, request: HttpRequest, queryset: QuerySet[Dial], term: str) -> tuple[QuerySet[Dial], bool]:
        digits = digits_of_number(term)
        if digits:
            # However it is written, +7 and 8 stand before the same ten digits.
            found = Q(phone_e164__contains=digits[-10:]) | Q(phone_raw__contains=term)
        else:
            found = any_case("user__last_name__icontains", term) | any_case("user__username__icontains", term)
        return queryset.filter(found | Q(external_id=term)), False

    @admin.display(description=_("number"))
    def number(self, order: Dial) -> str:
        return str(order) or gettext("erased")

    @admin.display(description=_("call again"), empty_value="")
    def dial_it(self, order: Dial) -> SafeString:
        return call_button(str(order))

    @admin.display(description=_("ordered"))
    def ordered(self, order: Dial) -> str:
        return when(order.ordered_at)

    @admin.display(description=_("answered"), empty_value="–")
    def answered(self, order: Dial) -> str:
        return when(order.answered_at)

    @admin.display(description=_("user"), empty_value="–")
    def who(self, order: Dial) -> str:
        return presentation.person(order.user)

    @admin.display(description=_("phone"), empty_value="–")
    def phone(self, order: Dial) -> str:
        return ", ".join(filter(None, (order.extension_number, order.connection.name if order.connection else "")))

    @admin.display(description=_("what became of it"))
    def what_became(self, order: Dial) -> SafeString:
        words = dial_words.told(order).text
        return badge(Dial.State(order.outcome).label, TONES.get(order.outcome, ""), words)

    @admin.display(description=_("what the user was told"))
    def result_text(self, order: Dial) -> str:
        return dial_words.told(order).text

    @admin.display(description=_("order id"), empty_value="–")
    def order_id(self, order: Dial) -> str:
        return order.external_id

    @admin.display(description=_("call"), empty_value="–")
    def the_call(self, order: Dial) -> SafeString | str:
        return link(change_url(order.call), gettext("open the call")) if order.call else ""
