"""Settings of the admin's theme, django-unfold."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from config.sidebar import GROUPS

NAME = _("Otklik")
"""The product's: an answer to a call. Its mark is static/favicon.svg, its colours are static/brand.css."""

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
    "STYLES": [
        lambda request: static("brand.css"),
        lambda request: static("shell.css"),
        lambda request: static("telephony/admin.css"),
        lambda request: static("telephony/desk.css"),
        lambda request: static("telephony/dial.css"),
        lambda request: static("crm/crm.css"),
        lambda request: static("config/people.css"),
    ],
    "SCRIPTS": [
        "telephony.ui.shell.session_script",
        lambda request: static("theme.js"),
        lambda request: static("config/again.js"),
        "telephony.ui.shell.desk_script",
        lambda request: static("telephony/once.js"),
        lambda request: static("telephony/dial.js"),
        lambda request: static("telephony/missed.js"),
        lambda request: static("crm/search.js"),
        lambda request: static("crm/desk.js"),
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Calls on your screen"), "link": reverse_lazy("telephony:desk_settings")},
            {"title": _("Sign-in and security"), "link": reverse_lazy("mfa_index")},
            {"title": _("Where you are signed in"), "link": reverse_lazy("sessions")},
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        ],
    },
    "DASHBOARD_CALLBACK": "telephony.admin.index.index_context",
    "SIDEBAR": {"show_search": False, "navigation": GROUPS},
}
