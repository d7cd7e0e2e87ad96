"""Keys of people at Mobilon, in all forms of its messages."""

from __future__ import annotations

import json

from django.test import Client

from telephony.connections.settings import save_extension
from telephony.models import CallLeg, Connection, Extension
from tests.admin.world import make_user, post, send
from tests.soap.messages import authorization, envelope

OURS, STRANGE = "CnryKeyOfAnna7z", "CnryKeyOfNobody"
STARTED = {"uuid": "u1", "direction": "incoming", "from": "79231234567", "to": "101", "time": "1706525200"}


def name_keys(office: Connection) -> None:
    """Every form of Mobilon's messages has named two keys: Anna's, and one that nobody has here."""
    save_extension(extension=Extension(connection=office, user=make_user("anna", "Анна", "Орлова"), key=OURS))
    for call_id, key in (("ours", OURS), ("strange", STRANGE)):
        send(office, number="79231234567", key=key)
        event = json.dumps({**STARTED, "uuid": call_id, "state": "PREANSWER", "userkey": key}).encode()
        post(office, event, "application/json")
        post(office, b'{"state": "HANGUP", "userkey": "' + key.encode() + b'", "time": "never"}', "application/json")
        post(office, b"\x00" + key.encode(), "application/octet-stream")
        data = json.dumps({**STARTED, "uuid": f"soap {call_id}", "state": "PREANSWER", "userkey": key})
        for request in (
            envelope("IncomingCall", NumFrom="79231234568", Key=key),
            envelope("Event", "http://VATSCalls", Data=data.replace('"', "&quot;")),
        ):
            headers = {"Authorization": authorization("crm", "canary-soap-password")}
            Client().post("/telephony/ws/VATS", request, content_type="text/xml", headers=headers)
    assert CallLeg.objects.exclude(key_hash="").count() >= 6
