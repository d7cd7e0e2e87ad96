"""Who listened to what is written before the first byte, once for one play."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from telephony.models import Listening, Recording
from telephony.recordings.listening import journal as listening
from telephony.recordings.listening.views import recording_audio
from tests.e2e.browser import run
from tests.listening.http import Got, Listener, add_recording, journal
from tests.listening.world import make_call, make_person, store
from tests.rounds import rounds
from tests.servers import Server

PLAYS = rounds(30, full=1000)
LISTENERS, PIECES = 8, 2
STORE = 'recording = store(make_call(), b"0123456789" * 30_000)'


def word() -> str:
    return f"{random.getrandbits(128):032x}"


@pytest.fixture
def server(make_server: Callable[..., Server], request: pytest.FixtureRequest) -> Server:
    """On SQLite, and on PostgreSQL where there is one."""
    url = request.getfixturevalue("postgresql_database") if request.param == "postgresql" else ""
    return make_server(workers=2, threads=4, database_url=url)


BOTH = pytest.mark.parametrize(
    "server", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)


@pytest.mark.proof
@BOTH
def test_each_play_is_one_row(server: Server) -> None:
    """Each is asked for in two pieces, often at once, as browsers do."""
    url = add_recording(server, STORE)
    server.start()
    boss = Listener(server, "boss")

    def piece(task: tuple[str, int]) -> Got:
        play, number = task
        return boss.get(f"{url}?play={play}", Range=f"bytes={number * 100_000}-{number * 100_000 + 9}")

    tasks = [(play, number) for play in (word() for _ in range(PLAYS)) for number in range(PIECES)]
    with ThreadPoolExecutor(LISTENERS) as pool:
        got = list(pool.map(piece, tasks))
    assert Counter(answer.status for answer in got) == {206: PLAYS * PIECES}
    assert {answer.body for answer in got} == {b"0123456789"}
    assert journal(server) == ["boss played 1"] * PLAYS


BREAK = {
    "sqlite": """
CREATE TRIGGER broken BEFORE INSERT ON telephony_listening BEGIN SELECT RAISE(ABORT, 'the disk is full'); END
""",
    "postgresql": """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$;
CREATE TRIGGER broken BEFORE INSERT ON telephony_listening FOR EACH ROW EXECUTE FUNCTION broken()
""",
}
MEND = {
    "sqlite": "DROP TRIGGER broken",
    "postgresql": "DROP TRIGGER broken ON telephony_listening",
}
RUN_SQL = "from django.db import connection\nwith connection.cursor() as cursor: cursor.execute({sql!r})"


@pytest.mark.proof
@BOTH
def test_without_the_journal_no_byte_is_sent(server: Server, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["server"]
    url = add_recording(server, STORE)
    server.start()
    boss = Listener(server, "boss")
    run(server, RUN_SQL.format(sql=BREAK[kind]))
    for path, headers in (
        (url, {}),
        (url, {"Range": "bytes=0-9"}),
        (f"{url}?play={word()}", {"Range": "bytes=0-"}),
        (f"{url}?download=1", {}),
    ):
        got = boss.get(path, **headers)
        assert (got.status, got.headers["content-type"]) == (503, "text/plain; charset=utf-8"), path
        assert b"journal can't be written" in got.body
        assert b"0123" not in got.body
    assert journal(server) == []
    run(server, RUN_SQL.format(sql=MEND[kind]))
    assert boss.get(url).status == 200
    assert journal(server) == ["boss played 1"]


@pytest.fixture
def recording(db: None) -> Recording:
    return store(make_call(), b"the sound")


@pytest.fixture
def boss(db: None) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.7")
    client.force_login(make_person("boss", "Administrator"))
    return client


def url_of(recording: Recording) -> str:
    return reverse("telephony:recording-audio", args=[recording.pk])


def test_a_row_tells_everything(recording: Recording, boss: Client) -> None:
    boss.get(url_of(recording) + f"?play={'b' * 32}")
    row = Listening.objects.get()
    assert (row.recording, row.call, row.username, row.kind) == (recording, recording.call, "boss", "played")
    assert row.remote_address == "192.0.2.7"
    assert timezone.now() - row.at < timedelta(minutes=1)
    row.user.delete()
    row.call.delete()
    row.refresh_from_db()
    assert (row.username, row.user, row.call, row.recording) == ("boss", None, None, None)


def test_the_row_is_there_before_the_first_byte(recording: Recording, boss: Client) -> None:
    answer = boss.get(url_of(recording))
    assert Listening.objects.count() == 1, "nothing of the body has been read yet"
    assert b"".join(answer.streaming_content) == b"the sound"  # type: ignore[attr-defined]


def test_without_a_word_every_request_is_a_play(recording: Recording, boss: Client) -> None:
    for _ in range(3):
        assert boss.get(url_of(recording)).status_code == 200
    assert Listening.objects.count() == 3


def test_the_same_word_is_one_play_of_one_person_and_one_recording(recording: Recording, boss: Client) -> None:
    other = store(make_call(), b"another sound")
    anna = Client()
    anna.force_login(make_person("anna", "Administrator"))
    play = f"?play={'c' * 32}"
    for client in (boss, anna, boss):
        for found in (recording, other):
            assert client.get(url_of(found) + play).status_code == 200
    assert Listening.objects.count() == 4


def test_a_word_does_not_last_for_ever(recording: Recording, boss: Client) -> None:
    play = url_of(recording) + f"?play={'d' * 32}"
    assert boss.get(play).status_code == 200
    Listening.objects.update(at=timezone.now() - listening.PLAY_LASTS + timedelta(minutes=1))
    assert boss.get(play).status_code == 200
    Listening.objects.update(at=timezone.now() - listening.PLAY_LASTS - timedelta(minutes=1))
    refused = boss.get(play)
    assert (refused.status_code, "Press play again" in refused.text) == (409, True)
    assert Listening.objects.count() == 1


@pytest.mark.parametrize("play", ["short", "x" * 33, "a" * 20 + "/", "п" * 20])
def test_an_odd_word_is_refused(recording: Recording, boss: Client, play: str) -> None:
    assert boss.get(url_of(recording), {"play": play}).status_code == 400
    assert not Listening.objects.exists()


def test_rights_are_asked_for_every_piece(recording: Recording) -> None:
    person = make_person("anna", "Administrator")
    client = Client()
    client.force_login(person)
    play = url_of(recording) + f"?play={'e' * 32}"
    assert client.get(play).status_code == 200
    person.groups.clear()
    assert client.get(play).status_code == 404


def test_who_is_logged_out_is_led_to_the_login_or_told(recording: Recording) -> None:
    nobody = Client()
    page = nobody.get(url_of(recording) + "?download=1", headers={"accept": "text/html,*/*"})
    assert page.status_code == 302
    assert page.url.endswith(f"?next={url_of(recording)}%3Fdownload%3D1")  # type: ignore[attr-defined]
    script = nobody.get(url_of(recording), headers={"accept": "*/*"})
    assert (script.status_code, "Log in" in script.text) == (401, True)
    assert script.headers["WWW-Authenticate"]


@pytest.mark.django_db(transaction=True)
def test_no_database_connection_is_kept_while_sound_is_sent(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pool has ten, and listeners stay for an hour."""
    closed: list[bool] = []
    monkeypatch.setattr(type(connections["default"]), "close", lambda self: closed.append(True))
    request = RequestFactory().get(url_of(recording))
    request.user = make_person("boss", is_superuser=True)
    answer = recording_audio(request, pk=recording.pk)
    assert answer.streaming
    assert closed
