"""Which recordings are fetched: by the connection's policy, and when somebody asks."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from telephony.models import Connection, Recording
from telephony.recordings import fetching
from telephony.vendors.simulated import Scenario
from tests.recordings.world import MP3_PATH, make_connection, make_recording, try_once
from tests.simulator.api import Api
from tests.telephony.messages import deliver, wirecrm

pytestmark = pytest.mark.django_db


def tell_of_recording(connection: Connection, link: str) -> Recording:
    deliver(connection, wirecrm("NOTIFY_RECORD", record_link=link))
    return Recording.objects.get(link__isnull=False, call__connection=connection)


def test_a_recording_that_a_pbx_tells_of_is_fetched(api: Api) -> None:
    row = tell_of_recording(make_connection(), api.server.url + MP3_PATH)
    assert (row.state, row.next_try_at is not None) == ("expected", True)
    assert try_once().state == "stored"


def test_told_of_again_it_stays_stored(api: Api) -> None:
    connection = make_connection()
    tell_of_recording(connection, api.server.url + MP3_PATH)
    before = try_once()
    deliver(connection, wirecrm("NOTIFY_START"), 70)
    after = tell_of_recording(connection, api.server.url + MP3_PATH)
    assert (after.pk, after.state, after.file) == (before.pk, "stored", before.file)


def test_where_only_links_are_kept_nothing_is_fetched_until_somebody_asks(api: Api) -> None:
    row = tell_of_recording(make_connection(fetch_recordings=False), api.server.url + MP3_PATH)
    assert (row.state, row.next_try_at) == ("linked", None)
    assert fetching.fetch_now(recording=row)
    assert try_once().state == "stored"


@pytest.mark.parametrize("state", ["linked", "expected", "waiting", "lost", "refused"])
def test_what_is_not_here_can_be_fetched_now_with_all_tries_before_it(state: str) -> None:
    row = make_recording(make_connection(), link="1", state=state, attempts=9, reason="page", next_try_at=None)
    assert fetching.fetch_now(recording=row)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.reason, row.next_try_at is None) == ("expected", 0, "", False)


@pytest.mark.parametrize("state", ["stored", "fetching", "expired"])
def test_what_is_here_or_on_its_way_or_gone_is_not_fetched_now(state: str) -> None:
    row = make_recording(make_connection(), link="1", state=state)
    assert not fetching.fetch_now(recording=row)
    assert fetching.fetch_all_now(recordings=Recording.objects.all()) == 0


def test_when_the_settings_are_saved_what_they_had_refused_is_tried_again(api: Api) -> None:
    pbx, call = api.play("mobilon", Scenario.ANSWERED)
    connection = make_connection("mobilon", settings={"api_url": f"{pbx.api_url}/api/call/"})
    of_others = make_recording(make_connection(), link="1", state="refused", next_try_at=None)
    make_recording(connection, reference=pbx.call_id(call))
    assert try_once().state == "refused"
    connection.settings = {**connection.settings, "token": "the-token"}
    connection.save()
    fetching.settings_changed(connection=connection)
    assert try_once().state == "stored"
    assert Recording.objects.get(pk=of_others.pk).state == "refused"


def test_switching_fetching_off_stops_what_was_not_begun() -> None:
    connection = make_connection()
    for state in ("expected", "waiting", "fetching", "stored", "lost"):
        make_recording(connection, link=state, state=state)
    connection.fetch_recordings = False
    fetching.settings_changed(connection=connection)
    states = Recording.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["linked", "linked", "fetching", "stored", "lost"]


def test_the_checks_find_nothing_wrong() -> None:
    call_command("check")
