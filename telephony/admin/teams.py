"""Teams: whose calls a supervisor sees."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from telephony.admin.base import TelephonyAdmin
from telephony.editing.forms import EditedForm
from telephony.models import Team
from telephony.ui import presentation

SHOWN_MEMBERS = 5


class TeamForm(EditedForm):
    """An empty length of after-call work is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "after_call_seconds" in self.fields:  # Not for who may only look.
            self.fields["after_call_seconds"].required = False

    def clean_after_call_seconds(self) -> int:
        return self.cleaned_data["after_call_seconds"] or 0


@admin.register(Team)
class TeamAdmin(TelephonyAdmin):
    nothing_yet = _("A team puts people together: who leads it sees its calls, and reports count by it.")
    form = TeamForm
    list_display = ["name", "people"]
    search_fields = ["name"]
    fields = ["name", "members", "after_call_seconds"]
    autocomplete_fields = ["members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        rows: QuerySet[Team] = super().get_queryset(request)
        return rows.prefetch_related("members")

    @admin.display(description=_("members"), empty_value="")
    def people(self, team: Any) -> str:
        names = [presentation.person(user) for user in team.members.all()]
        more = len(names) - SHOWN_MEMBERS
        return ", ".join(names[:SHOWN_MEMBERS]) + (f" +{more}" if more > 0 else "")
