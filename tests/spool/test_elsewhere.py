"""What else meets a database that is away: 1C's services, polls of an agent, erasing, and the watch over it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from telephony import erasure
from telephony.database import reach
from telephony.dialing import fetched
from telephony.domain.exceptions import MessagesWait
from telephony.intake import errands, inbox
from telephony.intake.spool import draining
from telephony.models import Call, Connection, Delivery, Extension
from telephony.soap import exchange, logins
from tests.dialing.test_fetched import order, phone, poll  # noqa: F401  (fixtures)
from tests.keeping.erased import erase
from tests.soap.messages import KEY, NUMBER, envelope
from tests.soap.requests import add_mobilon, post, said
from tests.spool.test_written_down import connection as sipuni_connection  # noqa: F401  (a fixture)
from tests.spool.test_written_down import fail, place, sent_while_away  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db(transaction=True)
RING = envelope("IncomingCall", NumFrom=NUMBER, Key=KEY)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def begin(*modules: tuple[object, str]) -> None:
        for owner, name in modules:
            monkeypatch.setattr(owner, name, lambda *_, **__: fail())

    return begin


@pytest.fixture
def no_watch() -> Iterator[None]:
    """It is not away before, nor after."""
    yield
    reach._away.clear()
    reach._in_vain.clear()


@pytest.mark.usefixtures("place")
def test_what_1c_is_told_is_written_down_and_answered_as_ever(failing: Callable[..., None]) -> None:
    add_mobilon()
    assert said(post(RING)) == "1"
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(inbox, "receive", lambda **_: fail())
        broken.setattr(logins, "find_connection", lambda **_: fail())
        assert said(post(RING)) == "1"
        assert said(post(envelope("SayName", number=NUMBER))) == ""
    assert Delivery.objects.count() == 1
    assert draining.drain() == 1
    first, second = Delivery.objects.order_by("pk")
    assert bytes(first.body) == bytes(second.body)
    assert inbox.process_due() == 1
    assert Delivery.objects.get(pk=second.pk).state == Delivery.objects.get(pk=first.pk).state


@pytest.mark.usefixtures("place")
def test_an_unknown_login_of_1c_is_asked_to_send_again(failing: Callable[..., None]) -> None:
    add_mobilon()
    failing((inbox, "receive"), (logins, "find_connection"))
    assert post(RING).status_code == 503


@pytest.mark.usefixtures("no_watch")
def test_a_name_is_not_waited_for_while_the_database_is_known_to_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    add_mobilon()
    reach._away.set()
    monkeypatch.setattr(exchange.Login, "connection", lambda _: pytest.fail("It was asked."))
    assert said(post(envelope("SayName", number=NUMBER))) == ""


@pytest.mark.usefixtures("order")
def test_a_poll_is_not_written_down(
    place: object,  # noqa: F811
    phone: Extension,  # noqa: F811
    failing: Callable[..., None],
) -> None:
    failing((errands, "_found"))
    assert poll(phone.connection) == []
    assert not Delivery.objects.exists()
    assert fetched.calls_to_make(phone.connection)


@pytest.mark.usefixtures("place")
def test_a_number_is_erased_when_all_messages_are_stored(sipuni_connection: Connection) -> None:  # noqa: F811
    sent_while_away(sipuni_connection, 0)
    with pytest.raises(MessagesWait):
        erase("79201119613")
    assert not erasure.was_erased(erasure.target_of("79201119613"))
    draining.drain()
    inbox.process_due()
    erase("79201119613")
    assert not Delivery.objects.exists()
    assert Call.objects.get().client_raw == ""


@pytest.mark.usefixtures("no_watch")
def test_a_database_that_goes_away_while_work_on_its_return_runs_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else it would count as away for ever."""
    works, go_on, returns = threading.Event(), threading.Event(), []

    def work() -> None:
        returns.append(time.monotonic())
        works.set()
        go_on.wait(10)

    monkeypatch.setattr(reach, "_on_return", [work])
    monkeypatch.setattr(reach, "_answers", lambda: True)
    reach._suspect()
    assert works.wait(10)
    reach._suspect()
    deadline = time.monotonic() + 10
    while (reach.is_away() or len(returns) < 2) and time.monotonic() < deadline:
        time.sleep(0.01)
    go_on.set()
    assert not reach.is_away()
    assert len(returns) == 2


@pytest.mark.usefixtures("no_watch")
def test_pages_wait_for_a_slow_database_and_are_refused_while_it_is_silent(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that waited a quarter of a second too long is no reason to shut people out."""
    client.raise_request_exception = False
    is_back = threading.Event()
    monkeypatch.setattr(reach, "_on_return", [])
    monkeypatch.setattr(reach, "_answers", is_back.is_set)
    monkeypatch.setattr(reach, "ASKED_EVERY", 0.01)
    reach._away.set()
    assert client.get("/admin/login/").status_code == 200
    reach._suspect()
    _wait_until(reach.is_silent)
    assert client.get("/admin/login/").status_code == 503
    is_back.set()
    _wait_until(lambda: not reach.is_away())
    assert client.get("/admin/login/").status_code == 200


@pytest.mark.usefixtures("no_watch")
def test_nobody_waits_to_the_end_for_a_database_that_answers_no_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is stored may take a second to be applied: but not if the database says nothing at all."""
    over, is_back = threading.Event(), threading.Event()
    monkeypatch.setattr(reach, "_on_return", [])
    monkeypatch.setattr(reach, "_answers", lambda: is_back.wait(10))
    limit = reach.Limit(60)
    monkeypatch.setattr(limit, "cut", over.set)
    with reach._lock:
        reach._limits.add(limit)
    reach._start("limits of the database", reach._look)
    reach._some.set()
    try:
        assert over.wait(5)
    finally:
        with reach._lock:
            reach._limits.discard(limit)
        is_back.set()
        _wait_until(lambda: reach._question.asked_at is None)
    assert not reach.is_away()


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert is_so()
