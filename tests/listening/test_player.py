"""The player as pages show it: in every state, with what this person may do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.environment import read_url_prefix
from telephony.models import Call, Recording
from telephony.recordings.player import BARS, call_rows, player_of, players_of
from tests.listening.world import make_call, make_person, store

pytestmark = pytest.mark.django_db
State = Recording.State


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(make_person("boss", "Administrator"))
    return client


def page_of(client: Client, recording: Recording) -> str:
    return client.get(reverse("telephony:recording-player", args=[recording.pk])).text


def rendered(text: str, user: object, **values: object) -> str:
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]
    return Template("{% load telephony_player %}" + text).render(Context({"request": request, **values}))


@pytest.mark.parametrize(
    ("state", "words", "fetches", "waits"),
    [
        (State.EXPECTED, "It will be fetched within seconds.", False, True),
        (State.WAITING, "Next try:", True, True),
        (State.FETCHING, "It is being fetched right now.", False, True),
        (State.LINKED, "fetched only when somebody asks", True, False),
        (State.LOST, "there is no such file", True, False),
        (State.REFUSED, "there is no such file", True, False),
        (State.EXPIRED, "", False, False),
    ],
)
def test_what_is_not_here_says_why(boss: Client, state: str, words: str, fetches: bool, waits: bool) -> None:
    reason = "not_found" if state in (State.LOST, State.REFUSED) else ""
    soon = timezone.now() + timedelta(hours=2)
    recording = store(make_call(), b"", state=state, file="", reason=reason, next_try_at=soon)
    html = page_of(boss, recording)
    assert str(State(state).label) in html
    assert words in html
    assert ("Fetch now" in html) == fetches
    assert ("data-coming" in html) == waits
    assert "<audio" not in html
    assert "canary-link" not in html


def test_what_is_here_is_played(boss: Client) -> None:
    recording = store(make_call(), b"x", ending="g722", playable=b"y", content_type="audio/G722")
    html = page_of(boss, recording)
    assert f'data-src="{reverse("telephony:recording-audio", args=[recording.pk])}"' in html
    assert 'data-seconds="90.000"' in html
    assert "1:30" in html
    assert '<audio preload="none"></audio>' in html
    assert ">G722</a>" in html
    assert html.count("M0.5") == 2, "the waveform, and the part of it that was heard"
    assert "canary-link" not in html
    assert not re.findall(r"\son\w+=|\sstyle=|<script", html)


def test_without_a_waveform_and_a_length_there_is_a_plain_line(boss: Client) -> None:
    html = page_of(boss, store(make_call(), b"x", peaks=[], seconds=None, reason="not_prepared"))
    assert "tel-player-line" in html
    assert 'data-seconds=""' in html
    assert "It could not be made ready for browsers." in html


def test_download_only_for_those_who_may() -> None:
    person = make_person("anna", "Operator")
    recording = store(make_call(leg_of=person), b"x")
    anna = Client()
    anna.force_login(person)
    assert "data-src" in page_of(anna, recording)
    assert "download" not in page_of(anna, recording)


def test_who_sees_the_call_but_may_not_listen_is_told_so() -> None:
    person = make_person("anna", rights=("view_call", "see_own_calls"))
    html = rendered("{% player recording %}", person, recording=store(make_call(leg_of=person), b"x"))
    assert "You may not listen to this recording." in html
    assert "data-src" not in html
    assert "Fetch now" not in html


def test_the_waveform_has_a_bar_for_each_part() -> None:
    person = make_person("boss", is_superuser=True)
    quiet = player_of(person, store(make_call(), b"x", peaks=[0] * 800))
    assert (quiet.bars, quiet.wave.count("M")) == (BARS, BARS)
    assert "M0.5 49v2" in quiet.wave, "silence is still to be seen"
    loud = player_of(person, store(make_call(), b"x", peaks=[0, 100, 50]))
    assert loud.wave == "M0.5 49v2M1.5 0v100M2.5 25v50"


def test_fetching_is_asked_for_by_the_form_and_by_the_script(boss: Client) -> None:
    recording = store(make_call(), b"", state=State.LOST, file="", reason="gone", attempts=11)
    url = reverse("telephony:recording-fetch", args=[recording.pk])
    page = "http://testserver/admin/telephony/call/1/change/"
    assert boss.post(url, headers={"referer": page}).url == page  # type: ignore[attr-defined]
    recording.refresh_from_db()
    assert (recording.state, recording.reason, recording.attempts) == (State.EXPECTED, "", 0)
    assert recording.next_try_at is not None
    assert recording.next_try_at <= timezone.now()
    answer = boss.post(url, headers={"x-requested-with": "player"})
    assert "It will be fetched within seconds." in answer.text
    assert boss.post(url, headers={"referer": "https://evil.example/"}).url == "/"  # type: ignore[attr-defined]
    assert boss.get(url).status_code == 405


def test_fetching_needs_the_right_and_the_token() -> None:
    recording = store(make_call(), b"", state=State.LOST, file="")
    url = reverse("telephony:recording-fetch", args=[recording.pk])
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_person("boss", "Administrator"))
    assert careful.post(url).status_code == 403
    anna = Client()
    anna.force_login(make_person("anna", "Operator"))
    assert anna.post(url).status_code == 404
    assert Client().post(url).status_code == 401
    recording.refresh_from_db()
    assert recording.state == State.LOST


def test_many_players_ask_for_rights_once() -> None:
    person = make_person("anna", "Operator")
    recordings = [store(make_call(leg_of=person), b"x") for _ in range(3)]

    def queries(count: int) -> int:
        fresh = type(person)._default_manager.get(pk=person.pk)
        with CaptureQueriesContext(connections["default"]) as captured:
            players = players_of(fresh, recordings[:count])
        assert all(player.may_listen for player in players)
        return len(captured)

    assert queries(3) == queries(1)
    assert players_of(person, []) == []


def test_a_list_of_calls_has_their_players() -> None:
    person = make_person("anna", "Operator")
    own, other = make_call(leg_of=person), make_call()
    for call in (own, other):
        store(call, b"x")
    rows = call_rows(person, Call.objects.order_by("id"))
    assert [[player.may_listen for player in row.players] for row in rows] == [[True], [False]]
    html = rendered('{% include "telephony/admin/calls_table.html" %}', person, rows=rows)
    assert html.count("data-src") == 1


def test_assets_are_loaded_by_one_tag() -> None:
    html = rendered("{% player_assets %}", make_person("boss"))
    assert "telephony/player.css" in html
    assert "telephony/player.js" in html


@pytest.mark.parametrize(
    ("value", "expected"), [("", ""), ("/stored-recordings/", "/stored-recordings/"), ("/a/b/", "/a/b/")]
)
def test_the_prefix_of_nginx(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    monkeypatch.setenv("TELEPHONY_X_ACCEL_PREFIX", value)
    assert read_url_prefix("TELEPHONY_X_ACCEL_PREFIX") == expected


@pytest.mark.parametrize("value", ["/", "stored/", "/stored", "/a b/", "/a/../b?/", "https://x/", "/a\nb/"])
def test_a_prefix_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("TELEPHONY_X_ACCEL_PREFIX", value)
    with pytest.raises(ImproperlyConfigured, match="begin and end it with a slash"):
        read_url_prefix("TELEPHONY_X_ACCEL_PREFIX")
