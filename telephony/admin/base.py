"""What the admin's modules share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import quote
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

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


def when(moment: datetime | None) -> str:
    """A moment in the site's time zone, to the second."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"


def badge(text: str | Promise, tone: str = "", title: str | Promise = "") -> SafeString:
    """A small coloured label; `tone` is good, bad, warn, busy or empty (grey)."""
    return format_html('<span class="tel-badge tel-{}" title="{}">{}</span>', tone or "plain", title, text)


def link(url: str, text: Any) -> SafeString:
    """The text, linked if there is an address."""
    return format_html('<a class="tel-link" href="{}">{}</a>', url, text) if url else format_html("{}", text)


def icon(name: str, title: str | Promise = "") -> SafeString:
    """A symbol of the theme's icon font."""
    return format_html('<span class="material-symbols-outlined tel-icon" title="{}">{}</span>', title, name)


def change_url(instance: models.Model | None) -> str:
    """The row's page in the admin; empty if there is none."""
    if instance is None or instance.pk is None:
        return ""
    options = instance._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(instance.pk)])
    except NoReverseMatch:
        return ""


def list_url(model: type[models.Model], **filters: Any) -> str:
    """The model's list in the admin, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{address}?{query}" if query else address
