"""Small pieces of HTML that pages share, and the addresses of rows in the admin."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from telephony.domain import numbers

_DIAL_ICON = SafeString('<span class="material-symbols-outlined" aria-hidden="true">call</span>')


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


def call_button(number: str) -> SafeString:
    """A button that calls this number (static/telephony/dial.js); without JavaScript a plain link for a telephone.

    Nothing for what is no number that could be called: a hidden one, an extension, a short service number.
    """
    dialled = numbers.dialable(number)
    if not dialled:
        return SafeString("")
    words = gettext("Call %(number)s") % {"number": dialled.replace(";ext=", " # ")}
    return format_html(
        '<a class="tel-dial" href="tel:{0}" data-dial="{0}" data-dial-url="{1}" title="{2}" aria-label="{2}">{3}</a>',
        dialled,
        reverse("telephony:dial"),
        words,
        _DIAL_ICON,
    )


def change_url(instance: models.Model | None) -> str:
    """The row's page in the admin; empty if there is none."""
    if instance is None or instance.pk is None:
        return ""
    options = instance._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(instance.pk)])
    except NoReverseMatch:
        return ""


def page_url(instance: models.Model | None) -> str:
    """The row's own page, if its model says where it is (get_absolute_url); else its page in the admin."""
    own = getattr(instance, "get_absolute_url", None)
    return str(own()) if own is not None else change_url(instance)


def list_url(model: type[models.Model], **filters: Any) -> str:
    """The model's list in the admin, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    query = "&".join(f"{name}={value}" for name, value in filters.items())
    return f"{address}?{query}" if query else address


def calls_url(**filters: Any) -> str:
    """The call log, filtered by what telephony/call_log/filter.py names."""
    return reverse("telephony:calls") + (f"?{urlencode(filters)}" if filters else "")
