"""Messages and addresses broken on purpose, each really: the code that names it, how it is broken, how mended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from telephony.connections.settings import rotate
from telephony.intake import addresses
from telephony.models import (
    Call,
    CallFact,
    Connection,
    ConnectionUse,
    Delivery,
)
from telephony.reports.facts import quarter_of
from tests.health.world import WEEK, Case, Step, World


def _post(world: World, path: str, times: int = 1) -> None:
    for _ in range(times):
        assert world.client.post(path, {"event": "1"}).status_code == 404


def _old(world: World, hours: float) -> None:
    Delivery.objects.update(received_at=timezone.now() - timedelta(hours=hours))


def _here_for(world: World, *, weeks: int) -> None:
    Connection.objects.filter(pk=world.connection.pk).update(created_at=timezone.now() - weeks * WEEK)


def _silent(world: World) -> None:
    world.history(per_hour=2, hours=10)
    _here_for(world, weeks=4)
    _old(world, 9)


def _silent_for_months(world: World) -> None:
    """For longer than it is learned what is usual."""
    Call.objects.all().delete()
    _here_for(world, weeks=30)
    _old(world, 24 * 90)


def _only_ends(world: World) -> None:
    for number in range(10):
        world.message(event="2", call_id=f"e{number}", status="ANSWER")


def _begins_and_ends(world: World) -> None:
    world.message(event="1", call_id="both")
    world.message(event="2", call_id="both", status="ANSWER")


def _few(world: World) -> None:
    _here_for(world, weeks=4)
    world.history(per_hour=20, hours=3)


def _more_calls(world: World) -> None:
    now = timezone.now()
    for _ in range(15):
        call = world.call()
        values = {"quarter": quarter_of(now), "connection": world.connection, "direction": "incoming"}
        CallFact.objects.create(call=call, status="no_answer", **values)


def deliveries(state: str, count: int = 1, **more: Any) -> Step:
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


def _former_is_used(world: World) -> None:
    before = world.connection.hook_path
    rotate(connection=world.connection, keep=timedelta(hours=2))
    addresses._written_at.clear()
    world.client.get(before)


def _new_is_used(world: World) -> None:
    addresses._written_at.clear()
    world.connection.refresh_from_db()
    world.good_message()


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
    deliveries("applied", count=20, processed_at=late)(world)


OF_MESSAGES: list[Case] = [
    ("nothing_yet", _nothing, _good(1)),
    ("silent", _silent, _good(1)),
    ("silent", _silent_for_months, _good(1)),
    ("only_ends", _only_ends, _begins_and_ends),
    ("few_calls", _few, _more_calls),
    ("unreadable", deliveries("failed", error="cmd: missing or empty."), _good(10)),
    ("our_fault", deliveries("failed", error="TypeError", traceback="Traceback"), _applied),
    ("wrong_signature", deliveries("refused", error="Signature", needs_attention=True), _applied),
    ("pbx_setting", _template_lacks, _applied),
    ("placeholders", _half_filled, _applied),
    ("placeholders", _event_unfilled, _good(1)),
    ("empty_requests", _get_nothing, _good(1)),
    ("only_ignored", _event_9, _good(1)),
    ("wrong_code", _unsigned, _code_is_right),
    ("stray_address", _wrong_secret, _good(1)),
    ("old_address", _rotated, _good(1)),
    ("former_address", _former_is_used, _new_is_used),
    ("wrong_vendor", _wrong_kind, _good(1)),
    ("switched_off", _off, _on),
    ("wrong_end", _behind, _good(1)),
    ("over_quota", lambda w: _use(w, refused=5), lambda w: _use(w, refused=0)),
    ("slow_answers", _slow, lambda w: (_old(w, 2), _good(20)(w))[1]),
]
