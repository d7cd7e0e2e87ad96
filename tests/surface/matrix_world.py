"""Two rows of everything that an address may name: Anna's, and a colleague's whose things she must not see."""

from __future__ import annotations

from typing import Any

from auditlog.models import LogEntry
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db.models import Model

from crm.models import Company, Contact, ContactImport, Note, Tag, Task
from crm.services.api_keys import make_key
from telephony.missed.folding import refold
from telephony.models import (
    AuditEntry,
    Call,
    CallLeg,
    CallRule,
    Card,
    Connection,
    DeskSettings,
    Dial,
    Disposition,
    Export,
    Exported,
    Line,
    MissedItem,
    MissedRule,
    Notice,
    Recording,
    RowFailure,
    SavedFilter,
    Schedule,
    Subscription,
)
from tests.admin.foreign_world import make_two_worlds
from tests.telephony.messages import at

Pair = tuple[Model, Model]
"""Anna's, and the colleague's; twice the same where a thing is everybody's."""

MODELS_OF_PAGES = {
    "admin/telephony/auditentry/recordings/": "telephony.Recording",
    "api/v1/calls/": "telephony.Call",
    "api/v1/companies/": "crm.Company",
    "api/v1/contacts/": "crm.Contact",
    "api/v1/dials/": "telephony.Dial",
    "api/v1/missed/": "telephony.MissedItem",
    "api/v1/notes/": "crm.Note",
    "api/v1/recordings/": "telephony.Recording",
    "api/v1/tasks/": "crm.Task",
    "crm/companies/": "crm.Company",
    "crm/contacts/import/": "crm.ContactImport",
    "crm/contacts/": "crm.Contact",
    "crm/notes/": "crm.Note",
    "crm/tasks/": "crm.Task",
    "people/employees/": "auth.User",
    "telephony/calls/filters/": "telephony.SavedFilter",
    "telephony/desk/cards/": "telephony.Card",
    "telephony/dial/": "telephony.Dial",
    "telephony/exports/": "telephony.Export",
    "telephony/missed/": "telephony.MissedItem",
    "telephony/reconcile/": "telephony.Connection",
    "telephony/recordings/": "telephony.Recording",
}
"""What `<pk>` of an address that begins so is; the first that fits. The admin's addresses name it themselves."""


def model_of(address: str) -> type[Model] | None:
    """The model whose row this address names, if it names one."""
    if "<" not in address:
        return None
    name = next((name for start, name in MODELS_OF_PAGES.items() if address.startswith(start)), "")
    app, _, model = address.removeprefix("admin/").partition("/")
    if not name and address.startswith(tuple(f"admin/{one.label}/" for one in apps.get_app_configs())):
        name = f"{app}.{model.split('/')[0]}"
    return apps.get_model(name) if name else None


def make_world() -> tuple[dict[type[Model], Pair], str]:
    """The rows by model, and an API key of the administrator's that may read calls and nothing else."""
    make_two_worlds()
    anna, boris, vera = (User.objects.get(username=name) for name in ("anna", "boris", "vera"))
    for username, group in (("anna", "Operator"), ("boris", "Supervisor"), ("carla", "Administrator"), ("nobody", "")):
        user = User.objects.get_or_create(username=username, defaults={"is_staff": True})[0]
        user.groups.set(Group.objects.filter(name=group))
    mine, foreign = Call.objects.get(external_id="1.1"), Call.objects.get(external_id="foreign-77")
    pairs: list[Pair] = [(mine, foreign), _of_calls(Recording, mine, foreign), _missed(mine.connection, anna, vera)]
    pairs += _of_people(mine, anna, vera) + _of_crm(mine, foreign, anna, vera)
    pairs += [_both(row) for row in _set_up(mine.connection)]
    key, secret = make_key(user=User.objects.get(username="carla"), name="Reader", scopes=["read_calls"])
    pairs += [_both(key), (anna, boris)]
    pairs.append(_both(LogEntry.objects.filter(content_type__model="connection")[0]))
    return {type(pair[0]): pair for pair in pairs} | _of_groups(), secret


def _both(row: Model) -> Pair:
    return row, row


def _of_calls(model: type[Model], mine: Call, foreign: Call) -> Pair:
    found: Any = model._default_manager
    return found.filter(call=mine)[0], found.filter(call=foreign)[0]


def _missed(office: Connection, anna: User, vera: User) -> Pair:
    """Clients who wait, each for one of the two."""

    def waits(number: str, user: User) -> MissedItem:
        client = {"client_raw": number, "client_e164": f"+{number}", "client_match": number[1:]}
        said = {"direction": "incoming", "status": "no_answer", "started_at": at(0), "ended_at": at(20)}
        call = Call.objects.create(connection=office, external_id=number, responsible=user, **client, **said)
        CallLeg.objects.create(call=call, position=0, role="called", user=user, status="no_answer")
        return refold(keys=[f"+{number}"], contacts=())[0]

    return waits("79035550011", anna), waits("79035550012", vera)


def _of_groups() -> dict[type[Model], Pair]:
    return {Group: _both(Group.objects.get(name="Operator"))}


def _of_people(call: Call, anna: User, vera: User) -> list[Pair]:
    own: dict[str, Any] = {"phone_raw": "79035550001", "phone_e164": "+79035550001"}
    rows = [
        (Dial.objects.create(user=anna, idempotency_key="mine-key-1", **own), Dial.objects.get(user=vera)),
        (SavedFilter.objects.create(user=anna, name="Mine", query="text=1"), SavedFilter.objects.get(user=vera)),
        (Export.objects.create(user=anna, kind="calls", query="", words=[]), Export.objects.get(user=vera)),
    ]
    foreign = Call.objects.get(external_id="foreign-77")
    cards = [
        Card.objects.get_or_create(call=of, user=user, defaults={"created_at": at(0)})[0]
        for of, user in ((call, anna), (foreign, vera))
    ]
    settings = [DeskSettings.objects.get_or_create(user=user)[0] for user in (anna, vera)]
    imports = [
        ContactImport.objects.create(user=user, name="people.csv", columns=[], fields=[]) for user in (anna, vera)
    ]
    return [*rows, (cards[0], cards[1]), (settings[0], settings[1]), (imports[0], imports[1])]


def _of_crm(mine: Call, foreign: Call, anna: User, vera: User) -> list[Pair]:
    note = Note.objects.create(call=mine, author=anna, text="Mine")
    task = Task.objects.create(title="Mine", call=mine, assignee=anna, created_by=anna, due_at=at(0))
    notes, tasks = Note.objects.filter(call=foreign), Task.objects.filter(call=foreign)
    company = Company.objects.create(name="Company")
    Contact.objects.update(company=company)
    shared = [_both(company), _both(Contact.objects.all()[0]), _both(Tag.objects.create(name="Tag"))]
    return [(note, notes[0]), (task, tasks[0]), *shared]


def _set_up(office: Connection) -> list[Model]:
    """One row of what only those set up who may."""
    subscription = Subscription.objects.create(name="CRM", url="https://example.com/", topics=["call.ended"])
    rows: list[Model] = [
        office,
        subscription,
        Notice.objects.create(
            subscription=subscription, topic="call.ended", payload={}, created_at=at(0), call=office.calls.all()[0]
        ),
        Schedule.objects.create(name="Office"),
        MissedRule.objects.create(),
        CallRule.objects.create(ending="missed"),
        Line.objects.create(connection=office, number="74951234567", label="Line"),
        Disposition.objects.create(label="Order"),
        AuditEntry.objects.create(action=AuditEntry.Action.values[0], username="x", details={}),
        Exported.objects.create(kind="calls", way="csv", query="", user_id=1, username="x"),
        RowFailure.objects.create(job="reap", row="x", last_at=at(0)),
    ]
    for label in ("Calendar", "Delivery", "Extension", "Listening", "Team"):
        rows.append(apps.get_model("telephony", label)._default_manager.order_by("pk")[0])
    return rows
