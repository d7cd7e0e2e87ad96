"""Calls with stored recordings, and people with rights. Also runs inside a test's server (`run(server, ...)`)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from telephony.connections.settings import add_connection
from telephony.models import Call, CallLeg, Connection, Recording
from telephony.recordings.audio import identify, prepare

STARTED_AT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)


def connection() -> Connection:
    """The one PBX of this world."""
    found = Connection.objects.filter(name="Office").first()
    return found or add_connection(
        vendor="xvb", name="Office", time_zone="Europe/Moscow", phone_region="RU", settings={}
    )


def make_person(username: str, *groups: str, rights: tuple[str, ...] = (), **fields: Any) -> Any:
    """A member of staff with the rights of these groups, and these single ones of telephony's."""
    person = get_user_model()._default_manager.create(username=username, **{"is_staff": True, **fields})
    person.groups.add(*[Group.objects.get(name=name) for name in groups])
    person.user_permissions.add(*[Permission.objects.get(codename=name) for name in rights])
    return person


def make_call(*, leg_of: Any = None, responsible: Any = None, number: str = "+79235292926") -> Call:
    """An answered call of 90 seconds."""
    count = Call.objects.count()
    begun = STARTED_AT + timedelta(minutes=count)
    call = Call.objects.create(
        connection=connection(),
        external_id=f"call-{count + 1}",
        direction="incoming",
        status="answered",
        client_raw=number,
        client_e164=number,
        client_match=number[-10:],
        started_at=begun,
        answered_at=begun + timedelta(seconds=10),
        ended_at=begun + timedelta(seconds=100),
        ring_seconds=10,
        talk_seconds=90,
        responsible=responsible,
    )
    if leg_of is not None:
        CallLeg.objects.create(
            call=call, position=0, role="called", user=leg_of, status="answered", extension_number="101"
        )
    return call


def store(call: Call, data: bytes, *, ending: str = "mp3", playable: bytes = b"", **values: Any) -> Recording:
    """A stored recording with this content, whatever it is."""
    storage = storages["recordings"]
    name = storage.save(f"tests/{call.pk}-{call.recordings.count()}.{ending}", ContentFile(data))
    copy = storage.save(f"{name}.play.mp3", ContentFile(playable)) if playable else ""
    stored = {
        "link": f"https://records.example.ru/canary-link/{call.pk}",
        "source_sha256": hashlib.sha256(name.encode()).hexdigest(),
        "state": Recording.State.STORED,
        "file": name,
        "playable": copy,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "content_type": "audio/mpeg",
        "seconds": 90.0,
        "peaks": [20, 100, 60, 40] * 50,
        "stored_at": STARTED_AT,
    }
    return Recording.objects.create(call=call, **{**stored, **values})


def store_prepared(call: Call, data: bytes, *, ending: str, work_dir: Path) -> Recording:
    """A stored recording as a worker leaves it: judged by its content, measured, copied for browsers."""
    source, copy = work_dir / f"source.{ending}", work_dir / "copy.mp3"
    source.write_bytes(data)
    kind = identify(source, claimed_name=source.name)
    assert kind is not None
    done = prepare(source, kind, copy)
    return store(
        call,
        data,
        ending=ending,
        playable=copy.read_bytes() if done.playable_made else b"",
        content_type=kind.content_type,
        seconds=done.seconds,
        peaks=done.peaks,
    )
