"""A person who stands everywhere: in each column in which a person may stand, and in files.

For each of erasure's places with such columns there is one function here; test_places.py finds what lacks one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone

from crm.models import Company, Contact, ContactImport, ContactImportFile, ContactImportRow, ContactPhone, Note, Task
from crm.services.contacts import add_contact
from telephony.models import (
    Call,
    CallEvent,
    CallQuery,
    CallResult,
    Card,
    Connection,
    ContactChoice,
    Delivery,
    Dial,
    Export,
    Exported,
    Listening,
    MissedDecision,
    MissedItem,
    Notice,
    OnceAnswer,
    PbxDay,
    PbxRow,
    PeopleDay,
    RowFailure,
    SavedFilter,
    SeenPeople,
    Subscription,
)
from telephony.reports import people_sums, people_weeks, sums
from telephony.reports.facts import WEEK
from tests.desk.people import person
from tests.keeping.erased import DIGITS, OTHER, ask
from tests.keeping.world import play_call, store_recording
from tests.telephony.factories import ExtensionFactory, make_user
from tests.telephony.messages import CLIENT, deliver, sipuni

NAME = "Пупкин"
SAID = f"{NAME} 8 (920) 111-96-13, +{CLIENT}"
"""What people write of the person."""
E164 = f"+{CLIENT}"


def plant(office: Connection) -> Call:
    """The person in all places; returns the person's call, which belongs to a contact."""
    user = make_user("boris")
    Subscription.objects.create(name="Warehouse", url="http://127.0.0.1:1/")
    ExtensionFactory.create(connection=office, number="101", user=person("anna", "see_own_calls"))
    contact = add_contact(name=f"Вася {NAME}", phones=["8 (920) 111-96-13"])
    _in_crm(contact, user)
    call = _in_calls(office, user)
    _in_mentions(office)
    _beside_calls(office, call, user)
    _in_imports(contact, user)
    _in_journal(contact, user)
    sums.sum_due(now=timezone.now() + timedelta(days=2))
    people_sums.sum_due()
    _whole_week()
    return call


def _whole_week() -> None:
    """The days around that of the person's call have none, and so no sums."""
    day = PeopleDay.objects.values_list("day", flat=True)[0]
    for other in people_weeks.days_of(day // WEEK):
        people_sums.sum_day(day=other, people=SeenPeople.objects.all())
    people_weeks.sum_due()


def _in_calls(office: Connection, user: Any) -> Call:
    call = play_call(office, f"in_{CLIENT}_1")
    Call.objects.filter(pk=call.pk).update(our_number=CLIENT, tracking={"roistat": SAID})
    for row in call.events.all():
        CallEvent.objects.filter(pk=row.pk).update(fingerprint=f"{CLIENT} {row.pk}")
    call.legs.update(extension_number=CLIENT)
    recording = store_recording(call, reference=SAID, detail=SAID, link=f"https://records.example/{CLIENT}.mp3")
    Listening.objects.create(recording=recording, call=call, user=user, username="boris", kind="played")
    CallResult.objects.create(call=call, user=user, note=SAID)
    Card.objects.get_or_create(call=call, user=user, defaults={"created_at": timezone.now()})
    CallQuery.objects.create(connection=office, call=call, detail=SAID)
    Note.objects.create(call=call, text=SAID)
    due = {"due_at": timezone.now(), "assignee": user}
    Task.objects.create(call=call, title=SAID, text=SAID, **due)
    return call


def _in_mentions(office: Connection) -> None:
    """Somebody else's calls: in one the number was a phone, in another it was called."""
    deliver(office, sipuni(1, 0, "7.71", src_num=OTHER, dst_num=CLIENT, roistat=f"from {SAID}"))
    # It rings at Anna's, who is shown sums of her own calls.
    phone = {"dst_num": "012345101", "short_dst_num": "101", "dst_type": "2"}
    deliver(office, sipuni(1, 3, "7.71", src_num=OTHER, **phone))
    deliver(office, sipuni(2, 9, "7.71", src_num=OTHER, dst_num=CLIENT, status="ANSWER"))
    assert CLIENT in Call.objects.get(external_id="7.71").our_number
    deliver(office, sipuni(1, 0, "7.70", src_num=OTHER))
    phone = {"dst_num": CLIENT, "short_dst_num": CLIENT, "dst_type": "2"}
    deliver(office, sipuni(1, 5, "7.70", src_num=OTHER, **phone))
    call = Call.objects.get(external_id="7.70")
    assert CLIENT in [leg.extension_number for leg in call.legs.all()]
    notice = call.notices.earliest("pk")
    Notice.objects.filter(pk=notice.pk).update(payload={"client_raw": SAID}, error=SAID)


def _beside_calls(office: Connection, call: Call, user: Any) -> None:
    Dial.objects.create(
        user=user,
        connection=office,
        phone_raw=SAID[:30],
        phone_e164=E164,
        idempotency_key=f"call-{CLIENT}",
        external_id=f"in_{CLIENT}",
        error_text=SAID,
    )
    ContactChoice.objects.create(number=E164, contact=Contact.objects.get())
    row = {"client_raw": CLIENT, "client_e164": E164, "started_at": "2024-01-29T10:00:00+00:00"}
    day = PbxDay.objects.create(connection=office, day=datetime(2024, 1, 29, tzinfo=UTC).date(), detail=SAID)
    PbxRow.objects.create(day=day, key="1", started_at=timezone.now(), client_match=DIGITS, content=row)
    elsewhere = {**row, "client_raw": OTHER, "client_e164": f"+{OTHER}", "extension": CLIENT}
    PbxRow.objects.create(day=day, key="2", started_at=timezone.now(), client_match=OTHER[1:], content=elsewhere)
    delivery = ask(office, f"phone=%2B{CLIENT}", query=f"phone={CLIENT}")
    said = {"headers": {"x-caller": CLIENT}, "error": SAID, "traceback": SAID, "notes": [SAID], "tail": CLIENT}
    Delivery.objects.filter(pk=delivery.pk).update(**said)
    RowFailure.objects.create(job="reap_calls", row="call 1", error=SAID, traceback=SAID, last_at=timezone.now())
    missed_then = {"first_at": timezone.now(), "last_at": timezone.now(), "due_at": timezone.now(), "attempts": 1}
    missed = {"client_key": E164, "client_e164": E164, "client_raw": CLIENT, "our_number": CLIENT, "state": "closed"}
    MissedItem.objects.create(connection=office, first_call=call, **missed, **missed_then)
    MissedDecision.objects.create(client_key=E164, at=timezone.now(), kind="closed", by=user, note=SAID)
    SavedFilter.objects.create(user=user, name=SAID, query="q=8+%28920%29+111-96-13")
    Exported.objects.create(user=user, username="boris", kind="calls", way="csv", query="client=8+%28920%29+111-96-13")
    sent = {"key_hash": "1", "request_hash": "2", "location": f"/telephony/calls/?text={CLIENT}", "body": SAID}
    OnceAnswer.objects.create(user=user, status=201, **sent)
    Export.objects.create(user=user, kind="calls", query="text=8+%28920%29+111-96-13", words=[SAID])


def _in_crm(contact: Contact, user: Any) -> None:
    contact.company = Company.objects.create(name=f"ИП {NAME} В. В.", site=f"{CLIENT}.ru", email=f"{CLIENT}@ip.ru")
    contact.position = contact.source = SAID
    contact.email = f"{CLIENT}@example.ru"
    contact.save()
    ContactPhone.objects.filter(contact=contact).update(extension=NAME)
    Note.objects.create(contact=contact, text=SAID)
    Task.objects.create(contact=contact, title=SAID, text=SAID, due_at=timezone.now(), assignee=user)


def _in_imports(contact: Contact, user: Any) -> None:
    imported = ContactImport.objects.create(
        user=user,
        name=f"{CLIENT}.vcf",
        columns=["name", SAID],
        fields=["name", "phone"],
        people={SAID: 0},
        reading={"head": SAID},
        report={"sample": [SAID]},
    )
    ContactImportFile.objects.create(imported=imported, content=f"name;phone\n{SAID};{CLIENT}\n".encode())
    other_columns = {"noted": [SAID], "error": SAID, "warnings": SAID, "made": {"before": {"name": SAID}}}
    ContactImportRow.objects.create(imported=imported, number=2, values=[NAME, "-"], contact=contact)
    ContactImportRow.objects.create(imported=imported, number=3, values=["Вася", SAID], **other_columns)
    ContactImportRow.objects.create(imported=imported, number=4, values=["Пётр", OTHER])


def _in_journal(contact: Contact, user: Any) -> None:
    """Of the contact, and of one that was deleted before."""
    gone = add_contact(name=f"Другой {NAME}", phones=[CLIENT])
    for row in (contact, gone):
        message = json.dumps([{"added": {"name": "phone number", "object": SAID}}], ensure_ascii=False)
        _log(row, user, message)
    _log(gone, user, "")
    gone.delete()


def _log(row: Model, user: Any, message: str) -> None:
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(row),
        object_id=str(row.pk),
        object_repr=f"{row} {SAID}"[:200],
        change_message=message,
        action_flag=CHANGE,
    )
