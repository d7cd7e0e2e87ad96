"""The side bar: at most 12 entries of every day; the rest in folds, for those who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Entry = dict[str, Any]


def _may_view(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: any(request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change"))


def _may(right: str) -> Callable[[HttpRequest], bool]:
    return lambda request: bool(request.user.has_perm(right))


def _is_at_reports(request: HttpRequest) -> bool:
    """Reports by e-mail lie below them, and are an entry of their own."""
    path, mails = request.path, reverse("telephony:report_mails")
    return path.startswith(reverse("telephony:reports")) and not path.startswith(mails)


def _list(title: str | Promise, icon: str, app: str, model: str) -> Entry:
    """Leads to a model's list, for those who may see it."""
    address = reverse_lazy(f"admin:{app}_{model}_changelist")
    return {"title": title, "icon": icon, "link": address, "permission": _may_view(app, model)}


def _page(title: str | Promise, icon: str, name: str, permission: Any = None, **more: Any) -> Entry:
    """Leads to one of our own pages; `permission` is a function of the request, or where one is."""
    entry = {"title": title, "icon": icon, "link": reverse_lazy(name), **more}
    return {**entry, "permission": permission} if permission else entry


def _fold(title: str | Promise, *entries: Entry) -> dict[str, Any]:
    return {"title": title, "collapsible": True, "items": list(entries)}


_SEES_CALLS = _may_view("telephony", "call")
GROUPS: list[dict[str, Any]] = [
    {
        "title": _("Calls"),
        "items": [
            _page(_("Today"), "dashboard", "admin:index"),
            _page(_("On the line now"), "headset_mic", "telephony:board", "telephony.cards.board.may_see"),
            _page(_("Call log"), "call_log", "telephony:calls", _SEES_CALLS),
            _page(
                _("Missed calls"),
                "phone_missed",
                "telephony:missed",
                "telephony.missed.badges.may_see",
                badge="telephony.missed.badges.clients_to_call",
                badge_variant="danger",
            ),
            _page(_("Reports"), "monitoring", "telephony:reports", _SEES_CALLS, active=_is_at_reports),
            _page(
                _("For you"),
                "notifications",
                "telephony:for_you",
                _SEES_CALLS,
                badge="telephony.after_call.selectors.unseen",
            ),
        ],
    },
    {
        "title": _("Clients"),
        "items": [
            _page(_("Contacts"), "contacts", "crm:contacts", _may_view("crm", "contact")),
            _page(_("Companies"), "apartment", "crm:companies", _may_view("crm", "company")),
            _page(
                _("Tasks"),
                "task_alt",
                "crm:tasks",
                _may_view("crm", "task"),
                badge="crm.views.badges.tasks_due",
                badge_variant="danger",
            ),
        ],
    },
    {
        "title": _("Set-up"),
        "items": [
            _list(_("Connections"), "settings_phone", "telephony", "connection"),
            _page(
                _("Health"),
                "fact_check",
                "telephony:health",
                "telephony.health.rights.may_see",
                badge="telephony.health.badges.things_to_mend",
                badge_variant="danger",
            ),
            _page(_("Employees"), "badge", "employees", _may("config.manage_employees")),
        ],
    },
    _fold(
        _("Phones and rules"),
        _page(_("Connect a PBX"), "add", "telephony:connect", "telephony.assistant.frame.may_connect"),
        _list(_("Extensions"), "dialpad", "telephony", "extension"),
        _list(_("Our numbers"), "tag", "telephony", "line"),
        _list(_("Teams"), "diversity_3", "telephony", "team"),
        _list(_("Working hours"), "schedule", "telephony", "schedule"),
        _list(_("Rules for missed calls"), "phone_callback", "telephony", "missedrule"),
        _list(_("Rules after a call"), "rule_settings", "telephony", "callrule"),
        _list(_("Results of calls"), "fact_check", "telephony", "disposition"),
        _list(_("Desk settings"), "tune", "telephony", "desksettings"),
        _page(_("Tags"), "label", "admin:crm_tag_changelist", _may("crm.change_tag")),
    ),
    _fold(
        _("More about calls"),
        _list(_("Recordings"), "graphic_eq", "telephony", "recording"),
        _list(_("Call orders"), "phone_forwarded", "telephony", "dial"),
        _page(
            _("Reports by e-mail"),
            "forward_to_inbox",
            "telephony:report_mails",
            "telephony.summary.mail.views.may_order",
        ),
        _page(_("Why no card?"), "help_center", "telephony:why", _SEES_CALLS),
    ),
    _fold(
        _("Journals and checks"),
        _list(_("Deliveries"), "inbox", "telephony", "delivery"),
        _page(
            _("Reconcile with PBXs"),
            "sync_problem",
            "telephony:reconcile",
            "telephony.reconcile.views.may_reconcile",
        ),
        _list(_("Listening journal"), "hearing", "telephony", "listening"),
        _list(_("Journal of exports"), "ios_share", "telephony", "exported"),
        _list(_("Log of changes"), "manage_history", "auditlog", "logentry"),
        {
            **_list(_("Journal of deletions"), "history", "telephony", "auditentry"),
            # The page below it has an address that begins with the journal's.
            "active": lambda request: request.path == reverse("admin:telephony_auditentry_changelist"),
        },
        _page(_("Erase a number"), "person_remove", "admin:telephony_erase", _may("telephony.erase_number")),
        _page(_("Sign-ins"), "login", "sign-ins", _may("config.view_sign_ins")),
    ),
    _fold(
        _("Other programs"),
        _page(_("API keys"), "key", "admin:crm_apitoken_changelist"),
        _page(_("API documentation"), "api", "api-docs"),
        _list(_("Outgoing webhooks"), "webhook", "telephony", "subscription"),
        _list(_("Outgoing messages"), "outbox", "telephony", "notice"),
    ),
    _fold(
        _("Advanced"),
        _list(_("Users"), "group", "auth", "user"),
        _list(_("Groups"), "groups", "auth", "group"),
    ),
]
