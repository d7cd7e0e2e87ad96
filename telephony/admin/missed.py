"""Who returns missed calls, and how soon."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from telephony.admin.base import TelephonyAdmin
from telephony.models import MissedRule


@admin.register(MissedRule)
class MissedRuleAdmin(TelephonyAdmin):
    nothing_yet = _(
        "A rule says who returns a missed call, and within what time. Without one whoever is "
        "responsible for the contact does."
    )
    list_display = ["whose", "way", "within"]
    list_select_related = ["connection", "line", "team", "user"]
    fields = ["connection", "line", "way", "team", "user", "minutes"]
    autocomplete_fields = ["user"]

    @admin.display(description=_("calls"))
    def whose(self, rule: MissedRule) -> str:
        return str(rule.line or rule.connection or _("all connections"))

    @admin.display(description=_("within"))
    def within(self, rule: MissedRule) -> str:
        return _("%(minutes)d min") % {"minutes": rule.minutes}
