"""Things broken on purpose, each really: how it is broken, the code that names it, and how it is mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.test import Client
from django.utils import timezone

from telephony.connections.settings import rotate, save_extension
from telephony.intake import inbox
from telephony.models import (
    Call,
    CallFact,
    CallLeg,
    Connection,
    ConnectionUse,
    Delivery,
    Dial,
    Extension,
    Notice,
    PbxDay,
    Recording,
    ReportMail,
    ReportSubscription,
    RowFailure,
    SeenProcess,
    Subscription,
)
from telephony.reports.facts import quarter_of

WEEK = timedelta(days=7)


@dataclass(kw_only=True)
class World:
    """A connection that works, with a phone of anna's, a worker and beat."""

    client: Client
    connection: Connection
    anna: Any

    def good_message(self) -> None:
        """One that is understood and changes something."""
        now = timezone.now()
        of_call = {"event": "1", "call_id": f"1.{now.timestamp()}", "src_num": "79201119613", "src_type": "1"}
        to = {"dst_num": "012345101", "short_dst_num": "101", "dst_type": "2", "timestamp": str(int(now.timestamp()))}
        assert self.client.get(self.connection.hook_path, {**of_call, **to}).status_code == 200
        assert Delivery.objects.latest("pk").state == Delivery.State.APPLIED

    def other(self, vendor: str, **more: Any) -> Connection:
        connection = Connection.objects.create(vendor=vendor, name=vendor, **more)
        Extension.objects.create(connection=connection, user=self.anna, number="101")
        return connection

    def call(self, ago: timedelta = timedelta(minutes=2), legs: int = 1, **more: Any) -> Call:
        at = timezone.now() - ago
        values = {"direction": "incoming", "status": "no_answer", "started_at": at, "ended_at": at, **more}
        call = Call.objects.create(connection=self.connection, external_id=f"c{Call.objects.count()}", **values)
        for position in range(legs):
            CallLeg.objects.create(call=call, position=position, role="called", extension_number="101", user=self.anna)
        return call

    def history(self, *, per_hour: int, hours: int) -> None:
        """Three weeks in which so many calls came in each of the hours that end now."""
        now, times = timezone.now(), []
        for weeks in (1, 2, 3):
            for hour in range(hours):
                times += [now - weeks * WEEK - timedelta(hours=hour, minutes=1)] * per_hour
        calls = Call.objects.bulk_create(
            Call(
                connection=self.connection,
                external_id=f"h{number}",
                direction="incoming",
                status="answered",
                started_at=at,
                ended_at=at,
            )
            for number, at in enumerate(times)
        )
        CallFact.objects.bulk_create(
            CallFact(
                call=call,
                quarter=quarter_of(call.started_at),
                connection=self.connection,
                direction="incoming",
                status="answered",
            )
            for call in calls
        )


Step = Callable[[World], None]
Case = tuple[str, Step, Step]


def _post(world: World, path: str, times: int = 1) -> None:
    for _ in range(times):
        assert world.client.post(path, {"event": "1"}).status_code == 404


def _old(world: World, hours: float) -> None:
    Delivery.objects.update(received_at=timezone.now() - timedelta(hours=hours))


def _silent(world: World) -> None:
    world.history(per_hour=2, hours=10)
    _old(world, 9)


def _few(world: World) -> None:
    world.history(per_hour=20, hours=3)


def _more_calls(world: World) -> None:
    now = timezone.now()
    for _ in range(15):
        call = world.call()
        values = {"quarter": quarter_of(now), "connection": world.connection, "direction": "incoming"}
        CallFact.objects.create(call=call, status="no_answer", **values)


def _deliveries(state: str, count: int = 1, **more: Any) -> Step:
    def step(world: World) -> None:
        now = timezone.now()
        values = {"method": "POST", "query": b"", "body": b"", "received_at": now, "attempts": 1, "processed_at": now}
        for _ in range(count):
            Delivery.objects.create(connection=world.connection, state=state, **{**values, **more})

    return step


def _applied(world: World) -> None:
    Delivery.objects.update(state="applied", error="", traceback="", needs_attention=False)


def _good(count: int) -> Step:
    def step(world: World) -> None:
        for _ in range(count):
            world.good_message()

    return step


def _get_nothing(world: World) -> None:
    for _ in range(3):
        world.client.get(world.connection.hook_path)


def _event_9(world: World) -> None:
    for _ in range(3):
        world.client.get(world.connection.hook_path, {"event": "9", "call_id": "1"})


def _event_unfilled(world: World) -> None:
    for _ in range(3):
        world.client.get(world.connection.hook_path, {"event": "$event", "call_id": "1"})


def _half_filled(world: World) -> None:
    world.client.post(world.other("mobilon").hook_path, {"phone": "{caller}", "ext": "101"})


def _template_lacks(world: World) -> None:
    world.client.post(world.other("uis").hook_path, '{"event": "answer"}', content_type="application/json")


def _others_are_removed(world: World) -> None:
    Connection.objects.exclude(pk=world.connection.pk).delete()


def _unsigned(world: World) -> None:
    pbx = world.other("asterisk", settings={"secret": "right"})
    assert world.client.post(pbx.hook_path, {"Event": "Hangup"}).status_code == 401


def _code_is_right(world: World) -> None:
    Delivery.objects.update(connection=Connection.objects.get(vendor="asterisk"), received_at=timezone.now())
    world.good_message()


def _wrong_secret(world: World) -> None:
    _post(world, f"/telephony/hooks/sipuni/{'x' * 32}/")


def _rotated(world: World) -> None:
    before = world.connection.hook_path
    rotate(connection=world.connection)
    _post(world, before)


def _wrong_kind(world: World) -> None:
    _post(world, world.connection.hook_path.replace("sipuni", "mobilon"))


def _off(world: World) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(enabled=False)
    _post(world, world.connection.hook_path)


def _on(world: World) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(enabled=True)
    world.good_message()


def _behind(world: World) -> None:
    _post(world, f"{world.connection.hook_path}index.php")


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


def _queues(*names: str) -> Step:
    return lambda world: _none(SeenProcess.objects.filter(kind="worker").update(queues=list(names)))


def _waits(world: World) -> None:
    late = timezone.now() - timedelta(minutes=20)
    _deliveries("received", received_at=late, next_try_at=late, processed_at=None)(world)


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


def _nothing(world: World) -> None:
    Delivery.objects.all().delete()
    Call.objects.all().delete()
    Connection.objects.update(created_at=F("created_at") - WEEK)


def _use(world: World, *, refused: int) -> None:
    day = timezone.localdate()
    ConnectionUse.objects.update_or_create(connection=world.connection, day=day, defaults={"refused": refused})


def _slow(world: World) -> None:
    Delivery.objects.all().delete()
    late = timezone.now() + timedelta(seconds=3)
    _deliveries("applied", count=20, processed_at=late)(world)


CASES: list[Case] = [
    ("nothing_yet", _nothing, _good(1)),
    ("silent", _silent, _good(1)),
    ("few_calls", _few, _more_calls),
    ("unreadable", _deliveries("failed", error="cmd: missing or empty."), _good(10)),
    ("our_fault", _deliveries("failed", error="TypeError", traceback="Traceback"), _applied),
    ("wrong_signature", _deliveries("refused", error="Signature", needs_attention=True), _applied),
    ("pbx_setting", _template_lacks, _applied),
    ("placeholders", _half_filled, _applied),
    ("placeholders", _event_unfilled, _good(1)),
    ("empty_requests", _get_nothing, _good(1)),
    ("only_ignored", _event_9, _good(1)),
    ("wrong_code", _unsigned, _code_is_right),
    ("stray_address", _wrong_secret, _good(1)),
    ("old_address", _rotated, _good(1)),
    ("wrong_vendor", _wrong_kind, _good(1)),
    ("switched_off", _off, _on),
    ("wrong_end", _behind, _good(1)),
    ("over_quota", lambda w: _use(w, refused=5), lambda w: _use(w, refused=0)),
    ("slow_answers", _slow, lambda w: (_old(w, 2), _good(20)(w))[1]),
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
    ("orders_wrong_token", _orders_fail, _order_taken),
    ("vendor_missing", _connection(vendor="gone"), _connection(vendor="sipuni")),
    ("no_worker", _processes(), _processes_are_back),
    ("no_beat", _processes(kind="beat"), _processes_are_back),
    ("queue_without_worker", _queues("inbox"), _queues("celery", "inbox", "outside")),
    ("jobs_waiting_messages", _waits, _worked_off),
    ("jobs_waiting_webhooks", _notices_late, _delivered),
    ("rows_fail", _rows_fail, lambda w: _none(RowFailure.objects.all().delete())),
    ("webhook_", _notices, _delivered),
    ("mail", _mails_fail, lambda w: _none(ReportMail.objects.update(state="sent"))),
]
