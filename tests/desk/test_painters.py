"""Cards that come along with their hint: only to a session that holds, and of the user as the user is now."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.backends.base import SessionBase
from django.db import OperationalError
from django.utils import timezone

from crm.models import Task
from telephony.cards import painters, results, screen
from telephony.cards.hub import Stream
from telephony.cards.painters import Message, Painters
from telephony.models import Card, Connection, DeskSettings
from tests.desk.people import person, session_of
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_contact
from tests.telephony.messages import CLIENT, at, deliver, sipuni_rings

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def connection() -> Connection:
    made: Connection = ConnectionFactory.create(vendor="sipuni", settings={"user": "012345", "secret": "s3cret"})
    return made


@pytest.fixture
def anna(connection: Connection) -> Any:
    user = person("anna")
    ExtensionFactory.create(connection=connection, number="101", user=user)
    return user


def ring(connection: Connection) -> None:
    """Anna's phone rings now."""
    moment = (timezone.now() - at(0)) / timedelta(seconds=1)
    deliver(connection, sipuni_rings(moment, "101"), moment)


async def told(streams: list[Stream], happen: Callable[[], None]) -> list[list[Message]]:
    """What each of these streams says when their users are told of what happens."""
    crew = Painters(lambda user_id: [stream for stream in streams if stream.user_id == user_id])
    await asyncio.to_thread(happen)
    for user_id in {stream.user_id for stream in streams}:
        assert crew.send(user_id, Message("cards", id=1))
    found = [await stream.take(10) for stream in streams]
    assert crew._threads is not None
    await asyncio.to_thread(crew._threads.shutdown)
    # One that has to look at its session is woken before there is anything to take.
    return [messages + await stream.take(0.05) for stream, messages in zip(streams, found, strict=True)]


def stream_of(user: Any, session: SessionBase, language: str = "en") -> Stream:
    return Stream(
        user_id=user.pk,
        sees_board=False,
        session_key=str(session.session_key),
        mark=user.get_session_auth_hash(),
        language=language,
    )


def pages(messages: list[Message]) -> list[str | None]:
    return [json.loads(message.content).get("html") for message in messages if message.topic == "cards"]


def test_a_card_comes_with_its_hint_in_each_browsers_language_and_is_rendered_once(
    anna: Any, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_contact(CLIENT, "Ivanov")
    session, renderings = session_of(anna), []
    real = screen.rendered
    monkeypatch.setattr(
        screen, "rendered", lambda pk, languages: renderings.append((pk, languages)) or real(pk, languages)
    )

    async def go() -> list[list[Message]]:
        streams = [stream_of(anna, session, language) for language in ("en", "ru", "en")]
        return await told(streams, lambda: ring(connection))

    english, russian, again = [pages(messages) for messages in asyncio.run(go())]
    assert renderings == [(anna.pk, ["en", "ru"])]
    assert english == again
    assert [word in str(english) for word in ("Ivanov", "Incoming call", 'data-rings="1"')] == [True] * 3
    assert "Ivanov" in str(russian)
    assert "Входящий" in str(russian)
    assert "csrf" not in str(english)
    assert Card.objects.get(user=anna).fetched_at is not None


def log_out(user: Any, session: SessionBase) -> None:
    session.delete()


def deactivate(user: Any, session: SessionBase) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user: Any, session: SessionBase) -> None:
    user.set_password("another")
    user.save()


@pytest.mark.parametrize("happen", [log_out, deactivate, change_password])
def test_whose_session_ended_while_the_stream_is_open_gets_no_content_and_the_stream_looks_at_once(
    anna: Any, connection: Connection, happen: Callable[[Any, SessionBase], None]
) -> None:
    session = session_of(anna)
    streams: list[Stream] = []

    async def go() -> list[list[Message]]:
        streams.append(stream_of(anna, session))

        return await told(streams, lambda: (ring(connection), happen(User.objects.get(pk=anna.pk), session))[0])

    [messages] = asyncio.run(go())
    assert pages(messages) == [None]
    assert streams[0].is_doubtful


def test_a_session_that_nobody_can_look_up_gets_the_hint_alone(anna: Any, connection: Connection) -> None:
    async def go() -> list[list[Message]]:
        return await told([Stream(user_id=anna.pk, sees_board=False)], lambda: ring(connection))

    [messages] = asyncio.run(go())
    assert pages(messages) == [None]


def test_a_right_that_was_taken_while_the_stream_is_open_takes_its_part_of_the_card(
    anna: Any, connection: Connection
) -> None:
    contact = make_contact(CLIENT, "Ivanov")
    Task.objects.create(title="Send the offer", contact=contact, assignee=anna, due_at=timezone.now())
    right = Permission.objects.get(codename="view_task")
    anna.user_permissions.add(right, *Permission.objects.filter(codename__in=["view_contact"]))
    session = session_of(anna)

    async def go(happen: Callable[[], None]) -> str:
        [messages] = await told([stream_of(anna, session)], happen)
        return str(pages(messages))

    assert "Send the offer" in asyncio.run(go(lambda: ring(connection)))
    without = asyncio.run(go(lambda: anna.user_permissions.remove(right)))
    assert "Ivanov" in without
    assert "Send the offer" not in without


def test_others_calls_and_undisturbed_users_calls_are_in_nobodys_stream(anna: Any, connection: Connection) -> None:
    boris = person("boris")
    DeskSettings.objects.create(user=anna, do_not_disturb=True)
    sessions = [session_of(user) for user in (anna, boris)]

    async def go() -> list[list[Message]]:
        both = [stream_of(user, session) for user, session in zip((anna, boris), sessions, strict=True)]
        return await told(both, lambda: ring(connection))

    for messages in asyncio.run(go()):
        assert pages(messages)
        assert "tel-card-" not in str(pages(messages))


def test_a_hint_is_not_lost_when_its_cards_can_not_be_rendered(
    anna: Any, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_of(anna)

    def fail(*_: Any) -> None:
        raise ValueError("no such template")

    monkeypatch.setattr(screen, "rendered", fail)

    async def go() -> list[list[Message]]:
        return await told([stream_of(anna, session)], lambda: ring(connection))

    [messages] = asyncio.run(go())
    assert pages(messages) == [None]


def test_cards_go_on_after_it_could_not_be_noted_that_some_were_sent(
    anna: Any, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_of(anna)

    def fail(*, cards: Any) -> None:
        raise OperationalError("deadlock detected")

    async def go() -> list[Message]:
        stream = stream_of(anna, session)
        crew = Painters(lambda _user: [stream])
        await asyncio.to_thread(lambda: ring(connection))
        with monkeypatch.context() as patched:
            patched.setattr(results, "note_fetched", fail)
            assert crew.send(anna.pk, Message("cards", id=1))
            first = await stream.take(10)
            async with asyncio.timeout(10):
                while crew._at_work:
                    await asyncio.sleep(0.01)
        assert crew.send(anna.pk, Message("cards", id=2))
        second = await stream.take(10)
        assert crew._threads is not None
        await asyncio.to_thread(crew._threads.shutdown)
        return first + second

    messages = asyncio.run(go())
    assert [message.id for message in messages] == [1, 2]
    assert Card.objects.get().fetched_at is not None


def test_when_too_many_wait_hints_go_alone_and_of_one_users_the_newest_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(painters, "MOST_WAITING", 1)
    crew = Painters(lambda _user: [])
    crew._at_work.update({1, 2})  # Both are being rendered: nothing is taken up meanwhile.
    assert crew.send(1, Message("cards", id=8))
    assert crew.send(1, Message("cards", id=7))
    assert not crew.send(2, Message("cards", id=9))
    assert crew._next(1) == Message("cards", id=8)
    assert crew._next(1) is None
