"""What whoever runs the installation asks: probes, figures, lines of the log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection as database
from django.test import Client, override_settings
from django.utils import timezone

from config import environment
from config.operations import probes
from config.operations.logs import make_logging
from telephony.jobs import alive
from telephony.models import Connection, Delivery, SeenProcess

pytestmark = pytest.mark.django_db
STRANGE_HOST = "10.0.0.7:8000"
TOKEN = "figures-for-prometheus-only"
RING = "event=1&call_id=7.1&src_num=79201119613&src_type=1&dst_num=74951234567&dst_type=1"


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    probes._found = None
    yield
    probes._found = None


@pytest.fixture
def everybody() -> None:
    alive.say_beat()
    SeenProcess.objects.create(kind="worker", name="celery@one", queues=["inbox"], seen_at=timezone.now())


def ready(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz", headers={"host": STRANGE_HOST})
    assert answer.json()["ok"] is (answer.status_code == 200)
    return answer.status_code, answer.json()["checks"]


def test_alive_is_answered_under_any_name(client: Client) -> None:
    answer = client.get("/healthz", headers={"host": STRANGE_HOST})
    assert (answer.status_code, answer.json()) == (200, {"ok": True})


def test_ready_with_all_that_is_needed(client: Client, everybody: None) -> None:
    assert ready(client) == (
        200,
        dict.fromkeys(("database", "migrations", "keys", "storage", "broker", "worker"), "ok"),
    )


def test_a_worker_that_is_gone_is_named(client: Client, everybody: None) -> None:
    SeenProcess.objects.filter(kind="worker").update(seen_at=timezone.now() - alive.LATE)
    status, checks = ready(client)
    assert (status, checks.pop("worker")[:9]) == (503, "no worker")
    assert set(checks.values()) == {"ok"}


def test_beat_that_is_gone_is_named(client: Client, everybody: None) -> None:
    SeenProcess.objects.filter(kind="beat").delete()
    assert ready(client)[1]["worker"].startswith("no worker with beat")


def test_a_migration_that_was_not_applied_is_named(client: Client, everybody: None) -> None:
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'telephony'")
    status, checks = ready(client)
    assert (status, checks["database"]) == (503, "ok")
    assert "run manage.py migrate" in checks["migrations"]


def test_a_storage_that_takes_nothing_is_named(client: Client, everybody: None, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "file" / "x"}}
    with override_settings(STORAGES={**settings.STORAGES, "recordings": local}):
        assert ready(client)[1]["storage"] == "failed: NotADirectoryError"


def test_figures_are_for_who_knows_the_token(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    with override_settings(METRICS_TOKEN=TOKEN):
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401


def test_a_token_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "short")
    with pytest.raises(ImproperlyConfigured, match="METRICS_TOKEN is short"):
        environment.read_token("METRICS_TOKEN")


def test_figures_tell_of_messages_work_and_processes(client: Client, everybody: None) -> None:
    office = Connection.objects.create(vendor="sipuni", name="Office")
    client.post(
        f"/telephony/hooks/sipuni/{office.hook_secret}/", RING, content_type="application/x-www-form-urlencoded"
    )
    taken = Delivery.objects.get()
    long_ago = timezone.now() - timedelta(minutes=5)
    Delivery.objects.create(
        connection=office, method="POST", query=b"", body=b"", received_at=long_ago, next_try_at=long_ago
    )
    with override_settings(METRICS_TOKEN=TOKEN):
        text = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    labels = f'connection="{office.pk}",vendor="sipuni"'
    assert figures[f'telephony_messages{{connection="{office.pk}",state="{taken.state}",vendor="sipuni"}}'] == "1.0"
    assert float(figures[f"telephony_last_message_seconds{{{labels}}}"]) < 60
    assert figures['telephony_jobs_due{job="messages"}'] == "1.0"
    assert float(figures['telephony_jobs_oldest_seconds{job="messages"}']) >= 300
    assert float(figures['telephony_process_last_seen_seconds{kind="worker"}']) < 60
    assert float(figures["telephony_disk_free_bytes"]) > 0
    assert office.hook_secret not in text


def test_lines_of_the_log_name_request_message_and_call(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line comes from the middle of a message: a follower that fails."""
    written = io.StringIO()
    built = logging.config.DictConfigurator({**make_logging("json"), "incremental": False})
    handler = logging.StreamHandler(written)
    handler.setFormatter(built.configure_formatter(make_logging("json")["formatters"]["json"]))
    for name in make_logging("json")["handlers"]["console"]["filters"]:
        handler.addFilter(built.configure_filter(make_logging("json")["filters"][name]))

    def complain(_change: object) -> None:
        logging.getLogger("telephony").warning("Something is odd at /telephony/hooks/sipuni/%s/.", office.hook_secret)

    office = Connection.objects.create(vendor="sipuni", name="Office")
    monkeypatch.setattr("telephony.calls.apply.followers", lambda *, is_test: [complain])
    loggers = [logging.getLogger(name) for name in ("telephony", "django.request")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        path, request = f"/telephony/hooks/sipuni/{office.hook_secret}/", uuid4().hex
        client.post(path, RING, content_type="application/x-www-form-urlencoded", headers={"x-request-id": request})
        client.get(f"{path}of-nothing/", headers={"x-request-id": request})  # Django logs it with the request itself.
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
    lines = [json.loads(text) for text in written.getvalue().splitlines()]
    assert {one["request"] for one in lines} == {request}
    assert lines[-1]["logger"] == "django.request"
    line = lines[0]
    assert (line["level"], line["logger"], line["request"]) == ("WARNING", "telephony", request)
    assert line["delivery"] == Delivery.objects.get().pk
    assert line["call"] == office.calls.get().pk
    assert office.hook_secret not in written.getvalue()
