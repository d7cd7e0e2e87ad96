"""What is sent to each address that writes: twice the same has to be done once (test_done_once.py).

A body is what is changed of the form that the page shows; where the page shows none, it is all. An address that is in
neither table fails: give it a body, or a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tests.surface.matrix import decided

_READ_ONLY = "auditentry|call|delivery|dial|exported|listening|notice|recording|rowfailure"
_SOON = "2031-05-05T10:00"
FILE = b"name;phone\nVera;+74952000901\n"
BODIES: dict[str, Mapping[str, Any]] = {
    "admin/auth/group/add/": {"name": "Another"},
    "admin/auth/user/<id>/password/": {
        "password1": "a-Long-phrase-7",
        "password2": "a-Long-phrase-7",
        "usable_password": "true",
    },
    "admin/auth/user/add/": {
        "username": "another",
        "password1": "a-Long-phrase-7",
        "password2": "a-Long-phrase-7",
        "usable_password": "true",
    },
    "admin/crm/apitoken/": {"action": "end_selected", "_selected_action": "{pk}"},
    "admin/crm/apitoken/add/": {"name": "Another", "scopes": ["read_calls"], "days": "5"},
    "admin/crm/company/add/": {"name": "Another"},
    "admin/crm/contact/add/": {"name": "Another", "phones-0-raw": "+74952000901", "phones-TOTAL_FORMS": "1"},
    "admin/crm/tag/add/": {"name": "Another"},
    "admin/telephony/auditentry/erase/": {"number": "+79035550011", "confirmed": "1"},
    "admin/telephony/auditentry/recordings/<int:pk>/delete/": {"reason": "asked for", "confirm": "1"},
    "admin/telephony/auditentry/recordings/<int:pk>/hold/": {"reason": "a court"},
    "admin/telephony/auditentry/recordings/<int:pk>/release/": {"reason": "it is over"},
    "admin/telephony/calendar/add/": {"name": "Another"},
    "admin/telephony/callrule/add/": {"ending": "missed", "add_contact": "on", "contact_source": "a call"},
    "admin/telephony/connection/": {"action": "disable", "_selected_action": "{pk}"},
    "admin/telephony/connection/<int:pk>/rotate/": {},
    "admin/telephony/connection/add/?vendor=sipuni": {"name": "Another"},
    "admin/telephony/delivery/<int:pk>/replay/": {},
    "admin/telephony/disposition/add/": {"label": "Another"},
    "admin/telephony/extension/add/": {"connection": "{connection}", "user": "{owner}", "number": "777"},
    "admin/telephony/line/add/": {"connection": "{connection}", "number": "74951234999", "label": "Another"},
    "admin/telephony/missedrule/add/": {"minutes": "15", "way": "responsible", "connection": "{connection}"},
    "admin/telephony/notice/": {"action": "deliver_again", "_selected_action": "{pk}"},
    "admin/telephony/schedule/add/": {"name": "Another", "is_default": ""},
    "admin/telephony/subscription/add/": {"name": "A", "url": "https://example.com/", "topics": ["call.ended"]},
    "admin/telephony/team/add/": {"name": "Another"},
    "api/v1/companies/": {"name": "Another"},
    "api/v1/contacts/": {"name": "Another", "phones": ["+74952000901"], "company": "Of programs"},
    "api/v1/missed/<pk>/close/": {"reason": "settled"},
    "api/v1/missed/<pk>/take/": {},
    "api/v1/notes/": {"text": "Another", "contact": "{contact}"},
    "api/v1/tasks/": {"title": "Another", "due_at": _SOON},
    "crm/card/attach/?call={call}": {"contact": "{contact}"},
    "crm/card/call-back/": {"due_at": _SOON},
    "crm/card/contact-new/": {"name": "Another", "phones": "+74952000901"},
    "crm/card/note/?contact={contact}": {"text": "Another"},
    "crm/card/task/": {"title": "Another", "due_at": _SOON},
    "crm/companies/<int:pk>/edit/": {"email": "another@example.ru"},
    "crm/companies/new/": {"name": "Another"},
    "crm/contacts/<int:pk>/edit/": {"phones": ["+74952000901"]},
    "crm/contacts/<int:pk>/merge/<int:other_pk>/": {},
    "crm/contacts/import/": {"file": FILE},
    "crm/contacts/new/": {"name": "Another", "phones": "+74952000901", "company_name": "Another"},
    "crm/notes/<int:pk>/delete/": {},
    "crm/notes/<int:pk>/edit/": {"text": "Otherwise"},
    "crm/tasks/<int:pk>/delete/": {},
    "crm/tasks/<int:pk>/done/": {"done": "1"},
    "crm/tasks/<int:pk>/edit/": {"title": "Otherwise"},
    "people/employees/<int:pk>/": {"first_name": "Otherwise", "role": "{role}"},
    "people/employees/<int:pk>/reset-access/": {},
    "people/employees/new/": {"first_name": "A", "last_name": "B", "username": "another", "role": "{role}"},
    "telephony/connect/<int:pk>/phones/": {"give": "own", "number": "778"},
    "telephony/connect/new/<slug:vendor>/": {"name": "Another"},
    "telephony/calls/filters/": {"name": "Another", "query": "outcome=missed"},
    "telephony/calls/filters/<pk>/delete": {},
    "telephony/desk/cards/<int:pk>/choose/": {"contact": "{contact}"},
    "telephony/desk/cards/<int:pk>/dismiss/": {},
    "telephony/calls/<int:pk>/result/": {"note": "Wants two"},
    "telephony/desk/cards/<int:pk>/result/": {"note": "He calls again", "close": "1"},
    "telephony/desk/cards/<int:pk>/shown/": {},
    "telephony/desk/settings/": {"volume": "15"},
    "telephony/desk/status/": {"state": "break", "reason": "lunch"},
    "telephony/exports/": {"kind": "calls", "query": ""},
    "telephony/missed/<int:pk>/<slug:what>/": {},
    "telephony/reports/mail/": {"period": "day", "hour": "9"},
    "telephony/reports/mail/<int:pk>/": {"hour": "10"},
    "telephony/reports/mail/<int:pk>/cancel/": {},
    "telephony/reports/mail/<int:pk>/send/": {},
}
"""Words in braces are ids of the world's rows (the administrator of the test is `owner`)."""

EXEMPT: dict[str, str] = {
    r"(admin/)?": "pages that only read: a POST is a GET",
    r"admin/<app_label>/|admin/search/|telephony/desk/|telephony/for-you/|telephony/reconcile/": "the same",
    r"telephony/connect/<int:pk>/(check|test)/": "asks the PBX, or rings one's own phone, as often as it is pressed",
    r"admin/(.*)/(history/|<path:object_id>/)": "the same, or sends on to the row's page",
    rf"admin/(telephony/({_READ_ONLY})|auditlog/logentry)/": "lists without actions",
    r"admin/crm/(company|contact)/": "leads to the one list of these rows",
    r"admin/telephony/(desksettings)/": "a list without actions",
    rf"admin/(telephony/({_READ_ONLY})|auditlog/logentry)/.*(add|change|delete)/": (
        "nobody may write these rows by hand"
    ),
    r"admin/(crm/apitoken/.*(change|delete)|telephony/connection/.*delete|telephony/desksettings/.*(add|delete))/": (
        "nobody may, or no row that is in use"
    ),
    r"admin/(<url>|r/.*|telephony/auditentry/erased/.*)|telephony/reconcile/<int:pk>/": "pages that only read",
    r"telephony/(hooks|ws)/.*": "what PBXs send: copies of a message are one event (tests/properties)",
    r"telephony/reconcile/<int:pk>/(import|pull)/": "asks the PBX: a call is imported once, by its id (tests/callinfo)",
    r"crm/contacts/import/<int:pk>/(choose|read|stop|undo)/": (
        "a step of an import, from one state to the next, under its lock (tests/crm/imports)"
    ),
    r"(admin|account)/log(in|out)/|account/.*": "sessions, second factors: each try is another, and counted",
    r"admin/password_change/|people/password/.*": "the first one ends the session or the link",
    r"people/sign-ins/let-in/": "takes back a count: the second finds none",
    r"people/employees/<int:pk>/password-link/": "repeatable: waits for the mail server; twice is the same link",
    r"i18n/setlang/": "sets a cookie",
    r"telephony/dial/|api/v1/dials/": "has its own key, the click's (tests/dialing)",
    r"telephony/desk/cards/dismiss/": "puts away the cards that are there: the second finds none (tests/desk)",
    r"telephony/recordings/<pk>/fetch": "marks a row as due: the second marks it as due again",
}
"""Regular expressions of addresses, and why nothing is sent there twice."""


def _of_admin() -> dict[str, Mapping[str, Any]]:
    """The admin's pages of one row, and its lists, need no body of their own."""
    found: dict[str, Mapping[str, Any]] = {}
    for address in writing_addresses():
        if any(re.fullmatch(one, address) for one in EXEMPT):
            continue
        if address.startswith("admin/") and address.endswith("/delete/"):
            found[address] = {"post": "yes"}
        elif address.startswith("admin/") and address.endswith("/change/"):
            found[address] = CHANGES[address.split("/")[2]]
        elif re.fullmatch(r"admin/\w+/\w+/", address) and f"{address}<path:object_id>/delete/" in writing_addresses():
            found[address] = {"action": "delete_selected", "_selected_action": "{pk}", "post": "yes"}
    return found


CHANGES: dict[str, Mapping[str, Any]] = {
    "company": {"email": "another@example.ru"},
    "contact": {"email": "another@example.ru"},
    "tag": {"name": "Otherwise"},
    "calendar": {"name": "Otherwise"},
    "callrule": {"contact_source": "Otherwise", "add_contact": "on"},
    "connection": {"name": "Otherwise"},
    "desksettings": {"volume": "15"},
    "disposition": {"label": "Otherwise"},
    "extension": {"number": "778"},
    "line": {"label": "Otherwise"},
    "missedrule": {"minutes": "17"},
    "schedule": {"name": "Otherwise"},
    "subscription": {"name": "Otherwise"},
    "team": {"name": "Otherwise"},
    "group": {"name": "Otherwise"},
    "user": {"first_name": "Otherwise"},
}


@cache
def writing_addresses() -> list[str]:
    """Those that anybody's POST gets through to, as decisions.txt says."""
    return [address for (address, verb), words in decided().items() if verb == "POST" and "-" not in words[1:6]]


@cache
def bodies() -> dict[str, Mapping[str, Any]]:
    """Address, perhaps with a query, and body."""
    return {**_of_admin(), **BODIES}


def with_ids(value: Any, known: Callable[[str], str]) -> Any:
    """The value with the ids that words in braces stand for."""
    if isinstance(value, list):
        return [with_ids(one, known) for one in value]
    return re.sub(r"\{(\w+)\}", lambda found: known(found[1]), value) if isinstance(value, str) else value
