"""Settings of the admin's theme, django-unfold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def _is_at_reports(request: HttpRequest) -> bool:
    """Reports by e-mail lie below them, and are an entry of their own."""
    path, mails = request.path, reverse("telephony:report_mails")
    return path.startswith(reverse("telephony:reports")) and not path.startswith(mails)


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


def _desk_item(title: Any, icon: str, page: str, model: str) -> dict[str, Any]:
    """An entry that leads to a page of the desk."""
    return {"title": title, "icon": icon, "link": reverse_lazy(page), "permission": _may_view("crm", model)}


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
    "STYLES": [
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
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Calls"),
                "items": [
                    {"title": _("Today"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
                    {
                        "title": _("On the line now"),
                        "icon": "headset_mic",
                        "link": reverse_lazy("telephony:board"),
                        "permission": "telephony.cards.board.may_see",
                    },
                    {
                        "title": _("Call log"),
                        "icon": "call_log",
                        "link": reverse_lazy("telephony:calls"),
                        "permission": _may_view("telephony", "call"),
                    },
                    {
                        "title": _("Missed calls"),
                        "icon": "phone_missed",
                        "link": reverse_lazy("telephony:missed"),
                        "permission": "telephony.missed.badges.may_see",
                        "badge": "telephony.missed.badges.clients_to_call",
                        "badge_variant": "danger",
                    },
                    {
                        "title": _("Reports"),
                        "icon": "monitoring",
                        "link": reverse_lazy("telephony:reports"),
                        "active": _is_at_reports,
                        "permission": _may_view("telephony", "call"),
                    },
                    {
                        "title": _("Reports by e-mail"),
                        "icon": "forward_to_inbox",
                        "link": reverse_lazy("telephony:report_mails"),
                        "permission": "telephony.summary.mail.views.may_order",
                    },
                    {
                        "title": _("For you"),
                        "icon": "notifications",
                        "link": reverse_lazy("telephony:for_you"),
                        "permission": _may_view("telephony", "call"),
                        "badge": "telephony.after_call.selectors.unseen",
                    },
                    _item(_("Recordings"), "graphic_eq", "telephony", "recording"),
                    _item(_("Listening journal"), "hearing", "telephony", "listening"),
                    {
                        "title": _("Why no card?"),
                        "icon": "help_center",
                        "link": reverse_lazy("telephony:why"),
                        "permission": _may_view("telephony", "call"),
                    },
                    _item(_("Call orders"), "phone_forwarded", "telephony", "dial"),
                ],
            },
            {
                "title": _("Clients"),
                "items": [
                    _desk_item(_("Contacts"), "contacts", "crm:contacts", "contact"),
                    _desk_item(_("Companies"), "apartment", "crm:companies", "company"),
                    {
                        **_desk_item(_("Tasks"), "task_alt", "crm:tasks", "task"),
                        "badge": "crm.views.badges.tasks_due",
                        "badge_variant": "danger",
                    },
                ],
            },
            {
                "title": _("Set-up"),
                "items": [
                    _item(_("Connections"), "settings_phone", "telephony", "connection"),
                    _item(_("Extensions"), "dialpad", "telephony", "extension"),
                    _item(_("Our numbers"), "tag", "telephony", "line"),
                    _item(_("Working hours"), "schedule", "telephony", "schedule"),
                    _item(_("Rules for missed calls"), "phone_callback", "telephony", "missedrule"),
                    _item(_("Rules after a call"), "rule_settings", "telephony", "callrule"),
                    _item(_("Results of calls"), "fact_check", "telephony", "disposition"),
                    _item(_("Settings of desks"), "tune", "telephony", "desksettings"),
                    _item(_("Teams"), "diversity_3", "telephony", "team"),
                    _item(_("Deliveries"), "inbox", "telephony", "delivery"),
                    {
                        "title": _("Reconcile with PBXs"),
                        "icon": "sync_problem",
                        "link": reverse_lazy("telephony:reconcile"),
                        "permission": "telephony.reconcile.views.may_reconcile",
                    },
                    {
                        **_item(_("Journal of deletions"), "history", "telephony", "auditentry"),
                        # The page below it has an address that begins with the journal's.
                        "active": lambda request: request.path == reverse("admin:telephony_auditentry_changelist"),
                    },
                    _item(_("Journal of exports"), "ios_share", "telephony", "exported"),
                    {
                        "title": _("Erase a number"),
                        "icon": "person_remove",
                        "link": reverse_lazy("admin:telephony_erase"),
                        "permission": lambda request: request.user.has_perm("telephony.erase_number"),
                    },
                    {
                        **_item(_("Tags"), "label", "crm", "tag"),
                        "permission": lambda request: request.user.has_perm("crm.change_tag"),
                    },
                    {
                        "title": _("Employees"),
                        "icon": "badge",
                        "link": reverse_lazy("employees"),
                        "permission": lambda request: request.user.has_perm("config.manage_employees"),
                    },
                    {
                        "title": _("Sign-ins"),
                        "icon": "login",
                        "link": reverse_lazy("sign-ins"),
                        "permission": lambda request: request.user.has_perm("config.view_sign_ins"),
                    },
                ],
            },
            {
                "title": _("Advanced"),
                "collapsible": True,
                "items": [
                    _item(_("Users"), "group", "auth", "user"),
                    _item(_("Groups"), "groups", "auth", "group"),
                ],
            },
            {
                "title": _("Other programs"),
                "collapsible": True,
                "items": [
                    {"title": _("API keys"), "icon": "key", "link": reverse_lazy("admin:crm_apitoken_changelist")},
                    {"title": _("API documentation"), "icon": "api", "link": reverse_lazy("api-docs")},
                    _item(_("Outgoing webhooks"), "webhook", "telephony", "subscription"),
                    _item(_("Outgoing messages"), "outbox", "telephony", "notice"),
                ],
            },
        ],
    },
}
