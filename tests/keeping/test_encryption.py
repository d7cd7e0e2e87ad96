"""What a PBX wrote stands encrypted in the database, and is read byte for byte as it came."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.db import connection as database
from django.utils import timezone

from telephony.domain.hooks import Hook
from telephony.intake import inbox
from telephony.models import Call, CallEvent, Connection, Delivery, Recording
from telephony.models.encrypted import EncryptedBinaryField, EncryptedLinkField, is_encrypted
from tests.keeping.world import LINK, play_call
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
Settings = Any
ALL_BYTES = bytes(range(256))


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create()
    return connection


def receive(connection: Connection, *, query: bytes = b"", body: bytes = b"", **headers: str) -> Delivery:
    hook = Hook(method="POST", query=query, body=body, headers=headers, received_at=timezone.now())
    return inbox.receive(connection=connection, hook=hook)


def stored(table: str) -> str:
    """Everything that stands in this table."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return repr([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in cursor])


@pytest.mark.parametrize("raw", [b"", b"a=1&b=2", ALL_BYTES, b"gAAAAAB looks encrypted", b"\x00" * 70_000])
def test_a_delivery_is_read_as_it_came(office: Connection, raw: bytes) -> None:
    pk = receive(office, query=raw, body=raw).pk
    delivery = Delivery.objects.get(pk=pk)
    assert (delivery.query, delivery.body) == (raw, raw)
    assert Delivery.objects.values_list("query", "body").get(pk=pk) == (raw, raw)


def test_no_part_of_a_delivery_stands_readable_in_the_database(office: Connection) -> None:
    receive(office, query=b"access_code=canary-one", body=b"token=canary-two")
    assert "canary" not in stored("telephony_delivery")


def test_no_link_of_a_recording_stands_readable_in_the_database(office: Connection) -> None:
    call = play_call(office)
    link = LINK.format(call_id="1.10")
    assert call.recordings.get().link == link
    assert link in [row.event().recording_link for row in call.events.all()]
    for table in ("telephony_recording", "telephony_callevent", "telephony_delivery"):
        assert "opens-it" not in stored(table)


def test_what_has_no_link_can_be_asked_for(office: Connection) -> None:
    call = play_call(office)
    Recording.objects.create(call=call, source_sha256="1", reference="77.1")
    assert Recording.objects.get(link="").reference == "77.1"


def test_a_secret_in_a_header_is_not_stored(office: Connection) -> None:
    office.settings = {"user": "1", "secret": "s3cret/канарейка"}
    delivery = receive(
        office,
        body=b"x",
        referer="https://pbx.example/?x=s3cret/канарейка",
        forwarded="/s3cret%2F%D0%BA%D0%B0%D0%BD%D0%B0%D1%80%D0%B5%D0%B9%D0%BA%D0%B0/",
        path=office.hook_secret,
    )
    assert set(delivery.headers.values()) == {"https://pbx.example/?x=[hidden]", "/[hidden]/", "[hidden]"}


def test_an_error_hides_a_secret_however_it_is_written(office: Connection) -> None:
    office.settings = {"user": "1", "secret": "S3cret/key"}
    text = "S3CRET/KEY is no event, nor is s3cret%2Fkey or S3cret\\/key."
    assert office.without_secrets(text) == "[hidden] is no event, nor is [hidden] or [hidden]."


def test_a_wrong_key_raises(office: Connection, settings: Settings) -> None:
    receive(office, body=b"token=x")
    settings.TELEPHONY_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(ImproperlyConfigured, match=r"Delivery\.body was encrypted with a key"):
        list(Delivery.objects.values_list("body"))


@pytest.mark.parametrize("lookup", ["body", "body__contains", "query__in"])
def test_a_filter_that_could_find_nothing_is_refused(lookup: str) -> None:
    with pytest.raises(FieldError):
        Delivery.objects.filter(**{lookup: b"a"})
    assert not Delivery.objects.filter(body__isnull=True).exists()


def test_nothing_stays_nothing() -> None:
    binary = Delivery._meta.get_field("body")
    link = Recording._meta.get_field("link")
    assert isinstance(binary, EncryptedBinaryField)
    assert isinstance(link, EncryptedLinkField)
    for field in (binary, link):
        assert field.get_prep_value(None) is None
        assert field.from_db_value(None, None, database) is None


def test_a_dump_holds_nothing_readable_and_loads_again(office: Connection, tmp_path: Path) -> None:
    call = play_call(office)
    first = call.events.order_by("pk").last()
    bodies = sorted(bytes(row.body) for row in Delivery.objects.all())
    file = tmp_path / "dump.json"
    call_command("dumpdata", "telephony.connection", "telephony.delivery", "telephony.call", output=str(file))
    more = StringIO()
    call_command("dumpdata", "telephony.callevent", "telephony.recording", stdout=more)
    dumped = json.loads(file.read_text()) + json.loads(more.getvalue())
    assert "src_num" not in json.dumps(dumped)
    assert "opens-it" not in json.dumps(dumped)
    file.write_text(json.dumps(dumped))
    Call.objects.all().delete()
    Delivery.objects.all().delete()
    call_command("loaddata", str(file), verbosity=0)
    assert sorted(bytes(row.body) for row in Delivery.objects.all()) == bodies
    assert first is not None
    assert CallEvent.objects.get(pk=first.pk).event() == first.event()
    assert Recording.objects.get().link == LINK.format(call_id="1.10")


def test_a_dump_of_an_earlier_version_loads(office: Connection) -> None:
    field = Delivery._meta.get_field("body")
    assert field.to_python("YT0xJmI9Mg==") == b"a=1&b=2"
    assert field.to_python(b"a=1") == b"a=1"


def test_a_new_key_takes_over_everything(office: Connection, settings: Settings) -> None:
    call = play_call(office)
    bodies = sorted(bytes(row.body) for row in Delivery.objects.all())
    old, new = settings.TELEPHONY_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.TELEPHONY_ENCRYPTION_KEYS = [new, old]
    out = StringIO()
    call_command("reencrypt", stdout=out)
    assert out.getvalue().splitlines() == [
        "1 connections encrypted with the first key.",
        "4 deliveries encrypted with the first key.",
        "4 events encrypted with the first key.",
        "1 recordings encrypted with the first key.",
    ]
    settings.TELEPHONY_ENCRYPTION_KEYS = [new]
    assert sorted(bytes(row.body) for row in Delivery.objects.all()) == bodies
    assert Recording.objects.get().link == LINK.format(call_id="1.10")
    assert LINK.format(call_id="1.10") in [row.event().recording_link for row in call.events.all()]
    assert Connection.objects.get().hook_secret == office.hook_secret


def test_only_our_own_cipher_text_is_taken_for_encrypted() -> None:
    token = EncryptedBinaryField().get_prep_value(b"x")
    assert token is not None
    assert is_encrypted(token)
    assert not is_encrypted(token[:-1] + b"?")
    assert not is_encrypted(b"event=1")


def test_manage_py_calls_prints_no_secret_of_a_link() -> None:
    connection = ConnectionFactory.create(settings={"user": "1", "secret": "canary-secret"})
    play_call(connection)
    out = StringIO()
    call_command("calls", "--json", stdout=out)
    assert json.loads(out.getvalue())["recording"] == "https://records.example/1.10.mp3?hash=[hidden]"
    recording = Recording.objects.get()
    recording.link = "https://records.example/canary-secret/1.mp3"
    recording.save()
    out = StringIO()
    call_command("calls", "--json", stdout=out)
    assert json.loads(out.getvalue())["recording"] == "https://records.example/[hidden]/1.mp3"
