"""Settings of the admin's theme, django-unfold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _may_view(app: str, model: str) -> Callable[[HttpRequest], bool]:
    def allowed(request: HttpRequest) -> bool:
        rights = (f"{app}.view_{model}", f"{app}.change_{model}")
        return any(request.user.has_perm(right) for right in rights)

    return allowed


def _item(title: Any, icon: str, app: str, model: str) -> dict[str, Any]:
    """An entry that leads to a model's list, for those who may see it."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may_view(app, model),
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Telephony"),
    "SITE_HEADER": _("Telephony"),
    "SITE_SUBHEADER": _("Calls and contacts"),
    "SITE_SYMBOL": "call",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("favicon.svg")},
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "telephony.admin.index.index_context",
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Calls"),
                "items": [
                    {"title": _("Today"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
                    _item(_("Call log"), "call_log", "telephony", "call"),
                    _item(_("Recordings"), "graphic_eq", "telephony", "recording"),
                ],
            },
            {
                "title": _("Clients"),
                "items": [
                    _item(_("Contacts"), "contacts", "crm", "contact"),
                    _item(_("Companies"), "apartment", "crm", "company"),
                ],
            },
            {
                "title": _("Set-up"),
                "items": [
                    _item(_("Connections"), "settings_phone", "telephony", "connection"),
                    _item(_("Extensions"), "dialpad", "telephony", "extension"),
                    _item(_("Deliveries"), "inbox", "telephony", "delivery"),
                    _item(_("Users"), "group", "auth", "user"),
                    _item(_("Groups"), "groups", "auth", "group"),
                ],
            },
        ],
    },
}
