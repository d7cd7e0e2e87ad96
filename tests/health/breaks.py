"""Things broken on purpose, each really: the code that names it, how it is broken, and how it is mended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from telephony.connections import drift
from telephony.connections.settings import save_extension
from telephony.intake import inbox
from telephony.models import (
    CallLeg,
    CanaryRun,
    Connection,
    Delivery,
    Dial,
    Extension,
    Notice,
    PbxCheck,
    PbxDay,
    Recording,
    ReportMail,
    ReportSubscription,
    RowFailure,
    SeenProcess,
    Subscription,
)
from telephony.this_process import code_version
from tests.health.breaks_of_house import OF_HOUSE
from tests.health.breaks_of_messages import OF_MESSAGES, deliveries
from tests.health.world import WEEK, Case, Step, World


def _connection(**values: Any) -> Step:
    return lambda world: _none(Connection.objects.filter(pk=world.connection.pk).update(**values))


def _none(_: Any) -> None:
    return None


def _calls(count: int, **more: Any) -> Step:
    def step(world: World) -> None:
        for _ in range(count):
            world.call(**more)

    return step


def _stranger_rings(world: World) -> None:
    call = world.call(legs=0)
    CallLeg.objects.create(call=call, position=0, role="called", extension_number="177", card="no_extension")


def _mapped(world: World) -> None:
    save_extension(extension=Extension(connection=world.connection, user=world.anna, number="177"))


def _anna(is_active: bool) -> Step:
    def step(world: World) -> None:
        world.anna.is_active = is_active
        world.anna.save()

    return step


def _no_phones(world: World) -> None:
    Extension.objects.all().delete()


def _a_phone(world: World) -> None:
    Extension.objects.create(connection=world.connection, user=world.anna, number="101")


def _recording(**values: Any) -> Step:
    return lambda world: _none(Recording.objects.create(call=world.call(), reference="r", **values))


def _stored(world: World) -> None:
    Recording.objects.update(state=Recording.State.STORED, reason="")


def _list_fails(world: World) -> None:
    now = timezone.now()
    PbxDay.objects.create(
        connection=world.connection, day=now.date(), state="failed", failures=3, asked_at=now, reason="denied"
    )


def _pbx_says(*found: tuple[str, str], error: str = "") -> Step:
    """When it was asked for its set-up."""

    def step(world: World) -> None:
        values = {"checked_at": timezone.now(), "findings": [list(one) for one in found], "error": error}
        PbxCheck.objects.update_or_create(connection=world.connection, defaults=values)

    return step


def _orders_fail(world: World) -> None:
    for number in range(2):
        Dial.objects.create(
            user=world.anna,
            connection=world.connection,
            idempotency_key=str(number),
            state="failed",
            error_code="wrong_token",
        )


def _order_taken(world: World) -> None:
    Dial.objects.create(user=world.anna, connection=world.connection, idempotency_key="good", state="sent")


def _processes(**values: Any) -> Step:
    return lambda world: _none(SeenProcess.objects.filter(**values).update(seen_at=timezone.now() - WEEK))


def _processes_are_back(world: World) -> None:
    SeenProcess.objects.update(seen_at=timezone.now())


def beats_beside(seconds: int) -> Step:
    """A second one that began a minute ago, while the first went on until so long ago."""

    def step(world: World) -> None:
        now = timezone.now()
        first = SeenProcess.objects.filter(kind="beat")
        first.update(begun_at=now - WEEK, seen_at=now - timedelta(seconds=seconds))
        begun = now - timedelta(seconds=60)
        SeenProcess.objects.create(kind="beat", name="host:2", begun_at=begun, seen_at=now)

    return step


def beat_is_stopped(world: World) -> None:
    SeenProcess.objects.filter(name="host:2").delete()


def _code(mark: str) -> Step:
    return lambda world: _none(SeenProcess.objects.filter(kind="worker").update(code=mark))


def _queues(*names: str) -> Step:
    return lambda world: _none(SeenProcess.objects.filter(kind="worker").update(queues=list(names)))


def _waits(world: World) -> None:
    late = timezone.now() - timedelta(minutes=20)
    deliveries("received", received_at=late, next_try_at=late, processed_at=None)(world)


def _worked_off(world: World) -> None:
    # What waits is no message of Sipuni's: it fails, and is deleted as a person would.
    inbox.process_due()
    Delivery.objects.filter(state="failed").delete()


def _notices(world: World) -> None:
    system = Subscription.objects.create(name="Склад", url="https://warehouse.invalid/")
    call = world.call()
    for number in range(3):
        Notice.objects.create(
            subscription=system,
            call=call,
            topic="call.ended",
            message_id=str(number),
            created_at=timezone.now(),
            payload={},
            state="failed",
            attempts=1,
            error="404",
        )


def _notices_late(world: World) -> None:
    _notices(world)
    Notice.objects.update(state="waiting", error="", next_try_at=timezone.now() - timedelta(minutes=20))


def _delivered(world: World) -> None:
    Notice.objects.update(state="delivered", error="", next_try_at=None)


def _rows_fail(world: World) -> None:
    RowFailure.objects.create(job="reap_calls", row="call 1", error="x", last_at=timezone.now())


def _mails_fail(world: World) -> None:
    ordered = ReportSubscription.objects.create(user=world.anna, period="day", hour=9, next_at=timezone.now())
    ReportMail.objects.create(subscription=ordered, day=timezone.localdate(), state="failed", reason="no_server")


def _canaries(*problems: str) -> Step:
    def step(world: World) -> None:
        now = timezone.now()
        for problem in problems:
            CanaryRun.objects.create(connection=world.connection, begun_at=now, ended_at=now, problem=problem)

    return step


CASES: list[Case] = [
    *OF_MESSAGES,
    *OF_HOUSE,
    ("clock", _connection(clock_behind=300.0), _connection(clock_behind=0.2)),
    ("no_ends", _calls(5, status="unknown"), _calls(1)),
    ("no_phones", _calls(10, legs=0), _calls(1)),
    ("unmapped_phones", _stranger_rings, _mapped),
    ("phones_of_gone", _anna(is_active=False), _anna(is_active=True)),
    ("no_phones_mapped", _no_phones, _a_phone),
    ("calls_no_money", _calls(2, end_reason="no_money"), _calls(5)),
    ("calls_limit", _calls(2, end_reason="limit"), _calls(5)),
    ("calls_not_registered", _calls(2, end_reason="not_registered"), _calls(5)),
    ("calls_pbx_error", _calls(2, end_reason="pbx_error"), _calls(5)),
    ("recordings_denied", _recording(state="lost", reason="denied"), _stored),
    ("recordings_too_large", _recording(state="refused", reason="too_large"), _stored),
    ("recordings_not_set_up", _recording(state="lost", reason="not_set_up"), _stored),
    ("list_failed", _list_fails, lambda w: _none(PbxDay.objects.update(state="pulled", failures=0))),
    ("pbx_address_other", _pbx_says((drift.ADDRESS_OTHER, "crm.example.org")), _pbx_says()),
    ("pbx_address_none", _pbx_says((drift.ADDRESS_NONE, "")), _pbx_says()),
    ("pbx_switches_off", _pbx_says((drift.SWITCHES_OFF, "notify_start")), _pbx_says()),
    ("pbx_not_listed", _pbx_says((drift.NOT_LISTED, "101")), _pbx_says()),
    ("pbx_not_asked", _pbx_says(error="HTTP 401"), _pbx_says()),
    ("orders_wrong_token", _orders_fail, _order_taken),
    ("vendor_missing", _connection(vendor="gone"), _connection(vendor="sipuni")),
    ("canary_unreachable", _canaries("unreachable", "unreachable"), _canaries("")),
    ("canary_unmarked", _canaries("not_heard", "unmarked"), _canaries("")),
    ("no_worker", _processes(), _processes_are_back),
    ("no_beat", _processes(kind="beat"), _processes_are_back),
    ("beat_twice", beats_beside(20), beat_is_stopped),
    ("worker_of_other_code", _code("older"), _code(code_version())),
    ("queue_without_worker", _queues("inbox"), _queues("celery", "inbox", "outside")),
    ("jobs_waiting_messages", _waits, _worked_off),
    ("jobs_waiting_webhooks", _notices_late, _delivered),
    ("rows_fail", _rows_fail, lambda w: _none(RowFailure.objects.all().delete())),
    ("webhook_", _notices, _delivered),
    ("mail", _mails_fail, lambda w: _none(ReportMail.objects.update(state="sent"))),
]
