"""What the admin's modules share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import ShowFacets
from django.http import HttpRequest

from telephony.admin.theme import InfinitePaginator, ModelAdmin

ROWS_PER_PAGE = 50
"""A row of a changelist is heavy; more than this takes a noticeable moment to render."""

STYLES = "telephony/admin.css"
SCRIPTS = "telephony/admin.js"


class TelephonyAdmin(ModelAdmin):
    """An admin with this app's own styles and script."""

    list_per_page = ROWS_PER_PAGE
    list_filter_submit = True

    @property
    def media(self) -> forms.Media:
        media: forms.Media = super().media
        return media + forms.Media(css={"all": [STYLES]}, js=[SCRIPTS])


class ReadOnlyAdmin(TelephonyAdmin):
    """Rows that only the application itself writes. Its lists are long, so nothing counts them."""

    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_disable_select_all = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlayingAdmin(ReadOnlyAdmin):
    """Rows with players of recordings on their pages."""

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(css={"all": ["telephony/player.css"]}, js=["telephony/player.js"])
