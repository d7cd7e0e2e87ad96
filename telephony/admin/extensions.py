"""Extensions: whose phone is which, per connection."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter

from telephony import presentation
from telephony.admin.base import TelephonyAdmin
from telephony.admin.theme import TabularInline
from telephony.models import Extension
from telephony.services.connections import save_extension


@admin.register(Extension)
class ExtensionAdmin(TelephonyAdmin):
    list_display = ["user_name", "number", "key", "connection"]
    list_filter = [("connection", RelatedDropdownFilter)]
    search_fields = ["number", "key", "user__username", "user__first_name", "user__last_name", "connection__name"]
    autocomplete_fields = ["user"]
    fields = ["connection", "user", "number", "key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Extension]:
        rows: QuerySet[Extension] = super().get_queryset(request).select_related("connection", "user")
        return rows.defer("connection__settings", "connection__hook_secret")

    def save_model(self, request: HttpRequest, obj: Extension, form: Any, change: bool) -> None:
        save_extension(extension=obj)

    @admin.display(description=_("user"), ordering="user__last_name")
    def user_name(self, extension: Extension) -> str:
        return presentation.person(extension.user)


class ExtensionInline(TabularInline):
    """A user's phones, for the users' admin of a project. Its save_formset has to call `save_extensions`."""

    model = Extension
    extra = 0
    hide_title = True
    fields = ["connection", "number", "key"]


def save_extensions(formset: Any) -> None:
    """Save an inline's extensions as the service does, so that earlier calls find their user."""
    for extension in formset.save(commit=False):
        save_extension(extension=extension)
    for extension in formset.deleted_objects:
        extension.delete()
