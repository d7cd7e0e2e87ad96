"""Alarms: told once, with their end, by e-mail and webhook; one that comes and goes at most once an hour."""

from __future__ import annotations

import socket
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.test import Client
from django.utils import timezone

from telephony.health import alarm_mails, alarms, without_broker
from telephony.models import Alarm, AlarmMail, Extension, Notice, SeenProcess, Subscription
from tests.health.test_broken import world as world_of
from tests.health.world import World

world = world_of


@pytest.fixture
def chief(world: World, django_user_model: Any) -> Any:
    Subscription.objects.create(name="Надзор", url="https://watch.invalid/")
    return django_user_model.objects.create_superuser("chief", "chief@example.org")


def look(at: datetime) -> int:
    """What the worker does each minute."""
    SeenProcess.objects.update(seen_at=at)
    count = alarms.check(now=at)
    alarm_mails.send_due(now=at)
    Notice.objects.update(state="delivered", next_try_at=None)
    return count


def test_told_without_the_broker(world: World, chief: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No task comes through then: the worker's thread looks, and says that the worker lives."""
    said: list[int] = []
    assert not without_broker.look(partial(said.append, 1))
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(current_app.conf, "broker_url", f"redis://127.0.0.1:{port}/0")
    assert without_broker.look(partial(said.append, 1))
    assert said == [1]
    assert list(Alarm.objects.values_list("code", flat=True)) == ["broker"]
    assert "Redis" in mail.outbox[0].body


def break_it() -> None:
    Extension.objects.all().delete()


def mend(world: World) -> None:
    Extension.objects.create(connection=world.connection, user=world.anna, number="101")


def test_told_once_with_its_end(world: World, chief: Any, client: Client) -> None:
    start = timezone.now()
    assert look(start) == 0
    break_it()
    assert [look(start + timedelta(minutes=minute)) for minute in (1, 2, 3)] == [1, 0, 0]
    (first,) = mail.outbox
    assert first.to == ["chief@example.org"]
    assert "Офис" in first.subject
    client.force_login(chief)
    page = client.get("/telephony/health/").content.decode()
    assert 'data-code="no_phones_mapped"' in page
    assert Notice.objects.get().payload["code"] == "no_phones_mapped"

    mend(world)
    assert look(start + timedelta(minutes=13)) == 1
    assert "12" in mail.outbox[1].body
    assert list(Notice.objects.order_by("pk").values_list("topic", flat=True)) == ["health.found", "health.mended"]
    assert (look(start + timedelta(minutes=14)), len(mail.outbox)) == (0, 2)
    assert "data-code" not in client.get("/telephony/health/").content.decode()


def test_what_comes_and_goes_is_told_once_an_hour(world: World, chief: Any) -> None:
    start = timezone.now()
    for minute in range(0, 60, 2):
        break_it()
        look(start + timedelta(minutes=minute))
        mend(world)
        look(start + timedelta(minutes=minute + 1))
    assert len(mail.outbox) == 2  # It began, and it ended.
    assert Alarm.objects.count() == 30
    break_it()
    assert look(start + timedelta(minutes=61)) == 1


def test_without_a_mail_server_nobody_is_mailed_and_the_page_says_so(
    world: World, chief: Any, client: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
    break_it()
    assert look(timezone.now()) == 1
    assert not alarm_mails.AlarmMail.objects.exists()
    client.force_login(chief)
    assert "No mail server is set up" in client.get("/telephony/health/").content.decode()
    assert "1" in client.get("/admin/").content.decode().partition("telephony/health/")[2][:400]
    client.force_login(world.anna)
    assert "telephony/health/" not in client.get("/admin/").content.decode()


def test_e_mails_about_what_was_mended_long_ago_are_forgotten(world: World, chief: Any) -> None:
    start = timezone.now()
    break_it()
    look(start)
    assert AlarmMail.objects.count() == 1
    assert alarms.sweep(now=start + timedelta(days=91)) == 0
    assert AlarmMail.objects.count() == 1
    alarms.sweep(now=start + timedelta(days=93))
    assert AlarmMail.objects.count() == 0
