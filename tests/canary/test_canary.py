"""A call that nobody made goes the whole way of a real one and leaves nothing; where the way is broken, it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.canary import front
from tests.canary.office import Office
from tests.databases import postgresql_database, postgresql_template

pytestmark = [pytest.mark.proof, pytest.mark.postgresql]

AT_MOST = 40.0
"""Of the machine that tests run on, with all its other work."""
SECONDS = 5.0
"""Longer than the whole way takes on a busy machine, and than PostgreSQL lets a PBX's statement wait."""
LEFT = {"telephony_canaryrun", "telephony_liveevent", "telephony_connectionuse"}
"""The runs, what their streams were told (swept after an hour), and how much the PBX has sent."""


@pytest.fixture(scope="module")
def office(postgresql: str, new_var_dir: Callable[[], Path]) -> Iterator[Office]:
    with postgresql_database(postgresql, template=postgresql_template(postgresql)) as (_, url):
        made = Office(url, new_var_dir())
        try:
            made.start()
            yield made
        finally:
            made.stop()


def test_of_each_pbx_it_arrives_and_nothing_is_left(office: Office) -> None:
    before = office.rows()
    told = office.canary(seconds=AT_MOST)
    assert [(vendor, one) for vendor, one in told.items() if not one["ok"]] == []
    assert {vendor for vendor, one in told.items() if one["heard_ms"] is not None} == set(office.connections)
    after = office.rows()
    assert {table for table in after if after[table] != before.get(table)} <= LEFT


Break = Callable[[Office], AbstractContextManager[None]]


def undone(broken: str, mended: str) -> Break:
    """By SQL."""

    @contextmanager
    def breaking(office: Office) -> Iterator[None]:
        office.do(broken)
        try:
            yield
        finally:
            office.do(mended)

    return breaking


def renamed(table: str) -> Break:
    return undone(f"ALTER TABLE {table} RENAME TO {table}_away", f"ALTER TABLE {table}_away RENAME TO {table}")


def refusing(table: str) -> Break:
    """As a full disk does, or a constraint of somebody's."""
    return undone(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''full''; END';"
        f"CREATE TRIGGER broken BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION broken()",
        "DROP FUNCTION broken CASCADE",
    )


def meddling(how: front.Meddling) -> Break:
    @contextmanager
    def breaking(office: Office) -> Iterator[None]:
        office.front.meddle = how
        try:
            yield
        finally:
            office.front.meddle = front.passing

    return breaking


@contextmanager
def stopped(office: Office) -> Iterator[None]:
    office.server.stop()
    try:
        yield
    finally:
        office.server.start()


@contextmanager
def elsewhere(office: Office) -> Iterator[None]:
    """The public address is that of something else."""
    known = office.server.environment["TELEPHONY_PUBLIC_URL"]
    office.server.environment["TELEPHONY_PUBLIC_URL"] = known.replace(str(office.front.port), "9")
    try:
        yield
    finally:
        office.server.environment["TELEPHONY_PUBLIC_URL"] = known


@contextmanager
def other_key(office: Office) -> Iterator[None]:
    """The worker was given another SECRET_KEY than the web server."""
    office.server.environment["SECRET_KEY"] = "x" * 60
    try:
        yield
    finally:
        del office.server.environment["SECRET_KEY"]


@contextmanager
def locked(office: Office) -> Iterator[None]:
    with psycopg.connect(office.database_url) as database:
        database.execute("LOCK TABLE telephony_call IN ACCESS EXCLUSIVE MODE")
        yield


HOOK, STREAM = b"/hooks/", b"/canary/"
BREAKS: list[tuple[str, Break, str]] = [
    ("the server is stopped", stopped, "unreachable"),
    ("the public address is another's", elsewhere, "unreachable"),
    ("worker and server have different keys", other_key, "stream_refused"),
    ("a proxy answers 502", meddling(front.answering(b"/", "502 Bad Gateway")), "stream_refused"),
    ("a proxy wants a password for pages", meddling(front.answering(STREAM, "401 Unauthorized")), "stream_refused"),
    ("a proxy holds streams back", meddling(front.silent(STREAM)), "stream_silent"),
    ("a server without streams", meddling(front.answering(STREAM, "204 No Content")), "stream_none"),
    ("a proxy redirects", meddling(front.answering(HOOK, "301 Moved", "Location: /x\r\n")), "redirected"),
    ("a proxy knows no hooks", meddling(front.answering(HOOK, "404 Not Found")), "not_found"),
    ("a proxy lets nobody in", meddling(front.answering(HOOK, "403 Forbidden")), "refused"),
    ("a proxy limits requests", meddling(front.answering(b"POST", "429 Too Many Requests")), "too_many"),
    ("a proxy refuses bodies", meddling(front.answering(b"POST", "413 Too Large")), "wrong_answer"),
    ("a proxy swallows messages", meddling(front.silent(b"POST")), "no_answer"),
    ("a proxy removes the mark", meddling(front.without(b"X-Canary-Call")), "unmarked"),
    ("a proxy removes the signature", meddling(front.without(b"webhook-signature")), "refused"),
    ("the inbox can't be written", refusing("telephony_delivery"), "not_stored"),
    ("a migration of calls is missing", renamed("telephony_callleg"), "fault"),
    ("calls can't be written", refusing("telephony_call"), "fault"),
    ("cards can't be written", refusing("telephony_card"), "fault"),
    ("events can't be written", refusing("telephony_callevent"), "fault"),
    ("missed calls can't be kept", refusing("telephony_callfact"), "fault"),
    ("somebody locks the calls", locked, "fault"),
    ("nobody tells the streams", refusing("telephony_liveevent"), "not_heard"),
]


@pytest.mark.parametrize(("broken", "problem"), [one[1:] for one in BREAKS], ids=[one[0] for one in BREAKS])
def test_what_is_broken_is_named_and_gone_when_mended(office: Office, broken: Break, problem: str) -> None:
    with broken(office):
        assert office.canary("asterisk", seconds=SECONDS)["asterisk"]["problem"] == problem
    told = office.canary("asterisk", seconds=AT_MOST)["asterisk"]
    assert told["ok"], told
