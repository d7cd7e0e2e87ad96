"""Live events: read once each, handed to whom they are for, resumed, and bounded."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError
from django.test import AsyncRequestFactory, Client, RequestFactory
from django.utils import timezone

from telephony.cards import hub as hubs
from telephony.cards import live, waking
from telephony.cards import stream as streams
from telephony.cards.hub import RESYNC, Hub, Reader, Stream
from telephony.cards.painters import Message
from telephony.models import LiveEvent
from tests.desk.hints import collect, event, hints
from tests.desk.people import person, session_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(hubs, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(hubs, "PAUSE_AFTER_ERROR", 0.05)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, quick: None) -> Iterator[Hub]:
    fresh = Hub()
    monkeypatch.setattr(streams, "hub", fresh)
    yield fresh
    if thread := fresh._thread:
        thread.join(5)  # While it is still quick: the next test counts threads.


async def ask(user: Any, last: int | None = None, session: SessionBase | None = None) -> Any:
    """The view's answer to a browser of this user."""
    headers = {"Last-Event-ID": str(last)} if last is not None else {}
    request = AsyncRequestFactory().get("/telephony/live/", headers=headers)
    request.session = session or await asyncio.to_thread(session_of, user)

    async def auser() -> Any:
        return user

    request.auser = auser
    return await streams.live(request)


async def read(chunks: AsyncIterator[bytes], count: int, seconds: float = 5) -> list[str]:
    """The next so many things that the stream says."""
    async with asyncio.timeout(seconds):
        return [(await anext(chunks)).decode() for _ in range(count)]


async def until(is_true: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not is_true():
            await asyncio.sleep(0.01)


async def told_more(told: list[list[str]], *publish: Callable[[], None]) -> None:
    """Publish, and wait until all streams have said something."""
    before = [len(one) for one in told]
    for one in publish:
        await asyncio.to_thread(one)
    await until(lambda: all(len(one) > count for one, count in zip(told, before, strict=True)))


def test_a_user_is_told_of_the_own_cards_only_and_those_who_see_it_of_the_board(hub: Hub) -> None:
    anna, chief = person("anna"), User.objects.create_superuser("chief")

    async def go() -> tuple[list[str], list[str]]:
        mine, all_seeing = await ask(anna), await ask(chief)
        assert mine.headers["Content-Type"] == "text/event-stream"
        assert mine.headers["Cache-Control"] == "no-cache, no-transform"
        assert mine.headers["X-Accel-Buffering"] == "no"
        told: list[list[str]] = [[], []]
        reading = [asyncio.create_task(collect(*one)) for one in zip((mine, all_seeing), told, strict=True)]
        await until(lambda: len(hub) == 2 and len(told[0]) > 2 and len(told[1]) > 1)  # Once its reader stands.
        assert {*told[0][1:], *told[1][1:]} == {"event: resync\ndata: {}\n\n"}
        hint_of_all = partial(live.publish, users=[anna.pk], content={"call": 7}, board=True)
        # Where a look into the database failed, a resync takes the place of hints: then it is told once more.
        while not all(map(hints, told)):
            await told_more(told, hint_of_all)
        await told_more(
            told,
            partial(live.publish, users=[anna.pk], content={}, board=False),
            partial(live.publish, users=[], content={}, board=True),
        )
        assert not any(task.done() for task in reading), "they end with the loop, which cancels them"
        return hints(told[0]), hints(told[1])

    mine, all_seeing = asyncio.run(go())
    assert all("event: cards" in chunk for chunk in mine)
    contents = [json.loads(chunk.partition("data: ")[2]) for chunk in mine]
    assert all('id="tel-desk"' in content["html"] for content in contents)
    assert any(content.get("call") == 7 for content in contents)
    assert all("event: board" in chunk and "data: {}" in chunk for chunk in all_seeing)
    assert len(hub) == 0


def test_a_stream_resumes_after_the_last_event_and_tells_the_last_seconds_again(hub: Hub) -> None:
    anna, boris = person("anna"), person("boris")
    old = event(anna)
    LiveEvent.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(minutes=5))
    late, seen, missed, others = event(anna), event(anna), event(anna), event(boris)
    board = event(None, topic="board")

    async def go() -> list[Message]:
        stream = Stream(user_id=anna.pk, sees_board=False)
        return await asyncio.to_thread(streams.missed, stream, seen.pk)

    assert [message.id for message in asyncio.run(go())] == [late.pk, missed.pk]
    assert {others.pk, board.pk}.isdisjoint({late.pk, missed.pk})


def test_who_was_away_too_long_reads_everything_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = person("anna")
    first = event(anna)
    for _ in range(5):
        event(anna)
    monkeypatch.setattr(streams, "LONGEST_RESUME", 3)

    async def go(last: int | None) -> list[Message]:
        return await asyncio.to_thread(streams.missed, Stream(user_id=anna.pk, sees_board=True), last)

    assert asyncio.run(go(first.pk)) == [RESYNC]
    assert asyncio.run(go(99999)) == [RESYNC]
    assert asyncio.run(go(None)) == [RESYNC]


@pytest.mark.parametrize(("given", "last"), [("12", 12), ("", None), ("-1", None), ("x", None), ("9" * 30, None)])
def test_the_last_event_is_a_number_or_nothing(given: str, last: int | None) -> None:
    assert streams._last_id(RequestFactory().get("/", headers={"Last-Event-ID": given})) == last


def test_without_a_session_there_is_no_stream(hub: Hub) -> None:
    gone = User.objects.create(username="gone", is_active=False)
    for user in (AnonymousUser(), gone):
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        assert asyncio.run(ask(user, session=session)).status_code == 403


def test_a_server_that_can_not_hold_streams_says_so_at_once_and_logs_no_error(caplog: pytest.LogCaptureFixture) -> None:
    client = Client()
    client.force_login(person("anna"))
    response = client.get("/telephony/live/")
    assert response.status_code == 204
    assert not [record for record in caplog.records if record.levelname in ("WARNING", "ERROR")]


def test_one_user_can_not_take_all_streams(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = person("anna")
    monkeypatch.setattr(streams, "MOST_STREAMS_OF_USER", 1)

    async def go() -> list[int]:
        first = await ask(anna)
        reader = aiter(first)
        await read(reader, 1)
        second = await ask(anna)
        await reader.aclose()
        return [first.status_code, second.status_code]

    assert asyncio.run(go()) == [200, 503]


def test_heartbeats_come_and_a_session_that_ended_ends_the_stream(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = person("anna")
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.1)
    session = session_of(anna)

    async def go() -> list[str]:
        reader = aiter(await ask(anna, session=session))
        said = await read(reader, 3)
        while "beat" not in said[-1]:
            said += await read(reader, 1)
        await asyncio.to_thread(session.delete)
        async with asyncio.timeout(5):
            return said + [chunk.decode() async for chunk in reader]

    said = asyncio.run(go())
    assert said[-1] == "event: end\ndata: {}\n\n"
    assert len(hub) == 0


def test_the_reader_goes_on_after_the_database_failed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = person("anna")
    real, failures = Reader.read, [0]

    def read_or_fail(self: Reader) -> list[LiveEvent]:
        if failures[0] == 1:
            failures[0] += 1
            raise DatabaseError("gone")
        failures[0] += 1
        return real(self)

    monkeypatch.setattr(Reader, "read", read_or_fail)

    async def go() -> list[str]:
        stream = Stream(user_id=anna.pk, sees_board=False)
        hub.join(stream)
        await until(lambda: failures[0] > 3)
        await stream.take(1)
        await asyncio.to_thread(event, anna)
        told = await stream.take(15)
        hub.leave(stream)
        return [message.topic for message in told]

    assert asyncio.run(go()) == ["cards"]


def test_the_reader_ends_with_the_last_stream_and_begins_again_with_the_next(hub: Hub) -> None:
    anna = person("anna")

    async def once() -> None:
        stream = Stream(user_id=anna.pk, sees_board=False)
        hub.join(stream)
        assert await stream.take(15) == [RESYNC]
        hub.leave(stream)
        await until(lambda: not [thread for thread in threading.enumerate() if thread.name == "live events"])

    asyncio.run(once())
    asyncio.run(once())


def test_a_stream_whose_loop_is_gone_harms_nobody(hub: Hub) -> None:
    async def make() -> Stream:
        return Stream(user_id=1, sees_board=True)

    dead = asyncio.run(make())
    hub.join(dead)
    time.sleep(0.2)
    event(topic="board")
    time.sleep(0.2)
    hub.leave(dead)
