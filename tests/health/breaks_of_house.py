"""The installation broken on purpose, each really: what it lacks, what it keeps too long, whom it can't tell."""

from __future__ import annotations

from datetime import timedelta

from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from telephony import this_process
from telephony.models import AlarmMail, Connection, Delivery, Recording
from telephony.recordings.keeping import retention
from tests.health.world import Case, World

LONG_AGO = timedelta(days=400)
Applied = MigrationRecorder.Migration


LATEST = "the latest"


def _not_migrated(world: World) -> None:
    latest = Applied.objects.filter(app="telephony").latest("pk")
    Applied.objects.filter(pk=latest.pk).update(app=LATEST)


def _migrated(world: World) -> None:
    Applied.objects.filter(app=LATEST).update(app="telephony")


def _updated(world: World) -> None:
    this_process._began_with = "of the version before"


def _restarted(world: World) -> None:
    this_process.begin()


def _messages_stay(world: World) -> None:
    first = Delivery.objects.order_by("pk").first()
    assert first is not None
    Delivery.objects.filter(pk=first.pk).update(received_at=timezone.now() - LONG_AGO, state="applied")


def _swept(world: World) -> None:
    retention.expire_deliveries()
    retention.expire_recordings()


def _recordings_stay(world: World) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(keep_recordings_days=30)
    call = world.call(ago=LONG_AGO)
    Recording.objects.create(call=call, reference="r", state="lost")


def _no_mail_server(world: World) -> None:
    AlarmMail.objects.create(user=world.anna, at=timezone.now(), attempts=1, state="failed")


def _mail_goes(world: World) -> None:
    AlarmMail.objects.create(user=world.anna, at=timezone.now(), attempts=1, state="sent")


OF_HOUSE: list[Case] = [
    ("migrations", _not_migrated, _migrated),
    ("web_of_other_code", _updated, _restarted),
    ("messages_kept", _messages_stay, _swept),
    ("recordings_kept", _recordings_stay, _swept),
    ("alarm_mails", _no_mail_server, _mail_goes),
]
