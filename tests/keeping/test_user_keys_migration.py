"""Migration 0019: keys that an earlier version stored in clear are hidden, and calls folded anew are the same."""

from __future__ import annotations

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database

from telephony.calls import apply
from telephony.calls.contacts import Lookup
from telephony.intake.replay import replay
from telephony.models import Call, CallEvent, CallLeg, Connection, Delivery, Extension
from telephony.privacy.user_keys import make_hash
from tests.keeping.test_encrypting_migration import raw_values, set_raw
from tests.telephony.factories import ConnectionFactory, ExtensionFactory
from tests.telephony.messages import deliver, form, mobilon_rings

pytestmark = pytest.mark.django_db
of_extensions = import_module("telephony.migrations.0019_user_keys")
of_calls = import_module("telephony.migrations.0019_user_keys_of_calls")
KEYS = ("zebra-key", "aard-key", "mid-key")


def run() -> None:
    editor = SimpleNamespace(connection=database)
    of_extensions.hide_keys(apps, editor)
    of_calls.hash_keys_of_legs(apps, editor)
    of_calls.encrypt_keys_of_events(apps, editor)


def stored() -> list[Any]:
    skipped = ("id",)
    legs = CallLeg.objects.order_by("call_id", "position").values()
    calls = Call.objects.order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in skipped} for row in (*calls, *legs)]


@pytest.fixture
def clear() -> list[Any]:
    """A group that rang in one second, as an earlier version stored it; returns what today's version makes of it."""
    office: Connection = ConnectionFactory.create(vendor="mobilon")
    ExtensionFactory.create(connection=office, number="", key=KEYS[1])
    for key in KEYS:
        deliver(office, mobilon_rings(key))
        told = {"uuid": "u1", "state": "PREANSWER", "direction": "incoming", "from": "79201110000", "to": "101"}
        deliver(office, form(**told, userkey=key, time="1706525200"))
    before = stored()
    clear_of = {make_hash(key): key for key in KEYS}
    for pk, key_hash in list(CallLeg.objects.values_list("pk", "key_hash")):
        set_raw("telephony_callleg", "key_hash", clear_of.get(key_hash, ""), pk)
    contents = dict(zip(CallEvent.objects.order_by("pk"), raw_values("telephony_callevent", "content"), strict=True))
    for row, content in contents.items():
        sealed = json.loads(content)["user_key"]
        set_raw("telephony_callevent", "content", content.replace(sealed, row.event().user_key), row.pk)
    set_raw("telephony_extension", "key", KEYS[1], Extension.objects.get().pk)
    set_raw("telephony_extension", "key_hash", "", Extension.objects.get().pk)
    assert any(KEYS[0] in content for content in raw_values("telephony_callevent", "content"))
    return before


def nothing_in_clear() -> bool:
    tables = (("telephony_callevent", "content"), ("telephony_callleg", "key_hash"), ("telephony_extension", "key"))
    return not any(key in raw for table, column in tables for raw in raw_values(table, column) for key in KEYS)


def test_keys_are_hidden_and_calls_stay_as_they_were(clear: list[Any]) -> None:
    run()
    assert nothing_in_clear()
    assert stored() == clear
    assert (Extension.objects.get().key, Extension.objects.get().key_hash) == (KEYS[1], make_hash(KEYS[1]))
    for call in Call.objects.all():
        apply.refold(call=call, lookup=Lookup())
    assert stored() == clear
    for delivery in Delivery.objects.all():
        assert replay(delivery=delivery).changes == ()
    assert stored() == clear


def test_it_may_be_interrupted_and_run_again(clear: list[Any]) -> None:
    of_calls.hash_keys_of_legs(apps, SimpleNamespace(connection=database))
    run()
    before = raw_values("telephony_callevent", "content")
    run()
    assert raw_values("telephony_callevent", "content") == before
    assert stored() == clear


def test_an_earlier_version_gets_the_extensions_keys_back(clear: list[Any]) -> None:
    run()
    of_extensions.show_keys(apps, SimpleNamespace(connection=database))
    assert raw_values("telephony_extension", "key") == [KEYS[1]]
