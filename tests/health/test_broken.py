"""Forty things broken on purpose: each is named by its own code and sentence, and gone when it is mended."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from telephony.health import of_house
from telephony.health.report import all_health
from telephony.intake import stray
from telephony.jobs import alive
from telephony.models import Connection, Extension, SeenProcess
from telephony.recordings.storage import free_bytes
from telephony.this_process import code_version
from tests.health import breaks
from tests.health.breaks import CASES
from tests.health.world import World
from tests.http.test_tls import certificate
from tests.rows import rows
from tests.services import missing

Set = Callable[[Any], None]


@pytest.fixture
def world(client: Client, db: None, django_user_model: Any, settings: Any, tmp_path: Path) -> World:
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": {
            "BACKEND": "telephony.recordings.storage.WholeFileStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    settings.TELEPHONY_DISK_FLOOR = 1
    anna = django_user_model.objects.create_user("anna")
    connection = Connection.objects.create(vendor="sipuni", name="Офис")
    Extension.objects.create(connection=connection, user=anna, number="101")
    alive.say_worker("w", ["celery", "inbox", "outside"], code_version())
    alive.say_beat("host:1")
    made = World(client=client, connection=connection, anna=anna)
    made.good_message()
    return made


def found() -> dict[str, str]:
    return {one.code: one.text for health in all_health() for one in health.findings}


def test_each_break_is_named_and_gone_when_mended(world: World) -> None:
    assert found() == {}
    assert len({code for code, _, _ in CASES}) > 55
    with rows(database=True) as row:
        for code, break_it, mend in CASES:
            with row(code):
                stray._written_at.clear()
                stray._waiting.clear()
                world.connection.refresh_from_db()
                break_it(world)
                named = {one: text for one, text in found().items() if one.startswith(code)}
                assert len(named) == 1, found()
                assert all(text.strip() and "%(" not in text for text in named.values())
                with translation.override("ru"):
                    assert all(found()[one] != text for one, text in named.items())
                mend(world)
                assert not [one for one in found() if one.startswith(code)], found()


def test_disk_and_storage(world: World, settings: Any, tmp_path: Path) -> None:
    for floor, code in ((10**18, "disk_full"), (int(free_bytes() / 1.5), "disk_low")):
        settings.TELEPHONY_DISK_FLOOR = floor
        assert set(found()) == {code}
    settings.TELEPHONY_DISK_FLOOR = 1
    place = tmp_path / "not a folder"
    place.write_text("a file")
    (tmp_path / ".work").rmdir()
    options = {"location": str(place)}
    settings.STORAGES = {**settings.STORAGES, "recordings": {**settings.STORAGES["recordings"], "OPTIONS": options}}
    assert "storage" in found()


def test_the_encryption_key_is_lost(world: World, settings: Any, capsys: Any) -> None:
    keys = settings.TELEPHONY_ENCRYPTION_KEYS
    settings.TELEPHONY_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert set(found()) == {"encryption_keys"}
    with pytest.raises(SystemExit):
        call_command("health", "--json")
    assert [one["connection"] for one in json.loads(capsys.readouterr().out)] == [None]
    settings.TELEPHONY_ENCRYPTION_KEYS = [*settings.TELEPHONY_ENCRYPTION_KEYS, *keys]
    assert found() == {}


def test_a_beat_that_took_over_is_no_second_one(world: World) -> None:
    """The one before it is known as living for a while, and its last word may come late."""
    breaks.beats_beside(50)(world)
    assert found() == {}
    assert len(alive.beats_at_once()) == 0
    breaks.beat_is_stopped(world)
    breaks.beats_beside(20)(world)
    assert alive.beats_at_once() == ["host:1", "host:2"]


@pytest.mark.parametrize(
    ("address", "here"),
    [("redis://:secret-word@127.0.0.1:{}/0", 6379), ("amqp://guest:secret-word@127.0.0.1:{}//", 5672)],
    ids=["Redis", "RabbitMQ"],
)
def test_the_broker_is_away(world: World, monkeypatch: pytest.MonkeyPatch, address: str, here: int) -> None:
    """Nobody listens there; somebody listens and says nothing; a broker answers."""
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        port = deaf.getsockname()[1]
        monkeypatch.setattr(current_app.conf, "broker_url", address.format(port))
        SeenProcess.objects.filter(kind="beat").update(seen_at=timezone.now() - breaks.WEEK)
        assert set(found()) == {"broker"}
        assert "secret-word" not in str(found())
    assert set(found()) == {"broker"}
    alive.say_beat("host:1")
    open_door = address.replace(":secret-word", "" if here == 6379 else ":guest").format(here)
    monkeypatch.setattr(current_app.conf, "broker_url", open_door.replace("//@", "//"))
    if "broker" in found():
        missing(f"the broker on port {here}")
    assert found() == {}


def test_our_own_certificate(world: World, settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """By a real handshake: nobody answers; not trusted; trusted, but for a day only; for long."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings.CSRF_TRUSTED_ORIGINS = [f"https://localhost:{port}"]
    assert set(found()) == {"public_address"}
    for days, code in ((1, "certificate_expires"), (90, "")):
        file = certificate(tmp_path, days=days)
        with serving(file, port):
            monkeypatch.undo()
            of_house._looked.clear()
            settings.CSRF_TRUSTED_ORIGINS = [f"https://localhost:{port}"]
            assert set(found()) == {"certificate"}
            monkeypatch.setattr(of_house, "bundle", lambda file=file: str(file))
            assert set(found()) == ({code} if code else set())


@contextmanager
def serving(file: Path, port: int) -> Iterator[None]:
    """A TLS server that says nothing but its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    listener = socket.create_server(("127.0.0.1", port), reuse_port=False)

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
                with line, context.wrap_socket(line, server_side=True) as talk:
                    talk.recv(1)
            except ssl.SSLError:
                continue
            except OSError:
                if listener.fileno() < 0:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_command_api_and_pages_say_the_same(world: World, capsys: Any, admin_client: Client) -> None:
    call_command("health", "--json")
    good = json.loads(capsys.readouterr().out)
    assert [one["ok"] for one in good] == [True, True]
    assert (good[0]["connection"], good[1]["connection"], good[0]["messages_last_hour"]) == (
        world.connection.pk,
        None,
        1,
    )

    Extension.objects.all().delete()
    SeenProcess.objects.all().delete()
    with pytest.raises(SystemExit) as ended:
        call_command("health", "--connection", str(world.connection.pk), "--json")
    assert ended.value.code == 1
    said = json.loads(capsys.readouterr().out)
    codes = [[one["code"] for one in health["findings"]] for health in said]
    assert codes == [["no_phones_mapped"], ["no_worker"]]
    assert admin_client.get("/api/v1/health/").json() == said
    for path in ("/telephony/health/", f"/telephony/health/{world.connection.pk}/"):
        assert 'data-code="no_phones_mapped"' in admin_client.get(path).content.decode()
    client = Client()
    client.force_login(world.anna)
    assert client.get("/telephony/health/").status_code in (302, 403)
    assert client.get("/api/v1/health/").status_code == 403


def test_what_waits_for_days_is_told_in_days(world: World) -> None:
    breaks._notices_late(world)
    with translation.override("ru"):
        told = [str(found.text) for found in of_house.jobs(timezone.now() + timedelta(days=3))]
    assert [text for text in told if "дольше всего 3 д 0 ч" in text], told
