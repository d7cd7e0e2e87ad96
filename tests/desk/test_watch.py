"""Sessions that have a stream are looked at together: only whose session changed has to look for itself."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from telephony.cards.hub import Stream
from telephony.cards.watch import Watch, marks_of
from tests.desk.people import person

pytestmark = pytest.mark.django_db

NAMES = ("anna", "boris", "clara", "dmitry")


def open_sessions() -> list[tuple[str, int]]:
    sessions = []
    for name in NAMES:
        client, user = Client(), person(name)
        client.force_login(user)
        sessions.append((client.cookies["sessionid"].value, user.pk))
    return sessions


def change_three(sessions: list[tuple[str, int]]) -> None:
    """One logs out, one is deactivated, one has a new password."""
    import_module(settings.SESSION_ENGINE).SessionStore(sessions[0][0]).delete()
    User.objects.filter(pk=sessions[1][1]).update(is_active=False)
    user = User.objects.get(pk=sessions[2][1])
    user.set_password("new")
    user.save()


def test_a_mark_is_another_when_the_session_is_no_more_its_users() -> None:
    sessions = open_sessions()
    before = marks_of(sessions)
    assert all(before.values())
    assert marks_of(sessions) == before
    change_three(sessions)
    after = marks_of(sessions)
    assert [after[session] for session in sessions[:2]] == ["", ""]
    assert [after[session] != before[session] for session in sessions[2:]] == [True, False]


def test_all_take_two_queries(django_assert_num_queries: Any) -> None:
    sessions = open_sessions()
    with django_assert_num_queries(2):
        marks_of(sessions)
    with django_assert_num_queries(0):
        assert marks_of([]) == {}


def test_only_streams_whose_session_changed_doubt_it() -> None:
    sessions = open_sessions()
    marks = marks_of(sessions)

    async def make() -> list[Stream]:
        return [
            *(Stream(user_id=user, sees_board=False, session_key=key, mark=marks[key, user]) for key, user in sessions),
            Stream(user_id=1, sees_board=False),
        ]

    async def doubting(streams: list[Stream]) -> list[bool]:
        await asyncio.sleep(0)
        return [stream.is_doubtful for stream in streams]

    with asyncio.Runner() as runner:
        streams = runner.run(make())
        Watch().look(streams)
        assert runner.run(doubting(streams)) == [False] * 5
        change_three(sessions)
        watch = Watch()
        watch.look(streams)
        assert runner.run(doubting(streams)) == [True, True, True, False, False]
        streams[0].is_doubtful = False
        watch.look(streams)
        assert runner.run(doubting(streams))[0] is False, "It is not time yet."
