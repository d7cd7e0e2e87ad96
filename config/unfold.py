"""Settings of the admin's theme, django-unfold."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.sidebar import GROUPS

NAME = _("Otklik")
"""The product's: an answer to a call. Its mark is static/favicon.svg, its colours are telephony's brand.css."""

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": NAME,
    "SITE_HEADER": NAME,
    "SITE_SUBHEADER": _("Calls and contacts"),
    "SITE_ICON": lambda request: static("favicon.svg"),
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "GLOBAL_CALLBACK": "config.bundles.page_files",
    "ACCOUNT": {
        "navigation": [
            {"title": _("Calls on your screen"), "link": reverse_lazy("telephony:desk_settings")},
            {"title": _("Sign-in and security"), "link": reverse_lazy("mfa_index")},
            {"title": _("Where you are signed in"), "link": reverse_lazy("sessions")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ],
    },
    "DASHBOARD_CALLBACK": "config.demo.history.mark.index_context",
    "SIDEBAR": {"show_search": False, "navigation": GROUPS},
}
