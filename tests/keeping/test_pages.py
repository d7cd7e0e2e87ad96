"""The recording's buttons, the journal of deletions, and the page that erases a number."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from crm.services.contacts import add_contact
from telephony import tasks
from telephony.models import AuditEntry, Call, Connection, Delivery, Recording
from telephony.recordings.keeping import holding, retention
from tests.admin.pages import page_of
from tests.keeping.world import play_call, recorded_call
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT

pytestmark = pytest.mark.django_db
JOURNAL = "/admin/telephony/auditentry/"
ERASE = "/admin/telephony/auditentry/erase/"


def browser(*rights: str, group: str = "") -> Client:
    user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True, first_name="Анна", last_name="Орлова")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="telephony", codename__in=rights))
    assert user.user_permissions.count() == len(rights)
    if group:
        user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create(keep_recordings_days=30)
    return connection


@pytest.fixture
def recording(office: Connection) -> Recording:
    return recorded_call(office)


SEES = ("view_recording", "see_all_calls")


def act(client: Client, recording: Recording, what: str, **options: Any) -> Any:
    return client.post(reverse(f"admin:telephony_recording_{what}", args=[recording.pk]), **options)


class TestButtons:
    def test_hold_release_and_delete(self, recording: Recording) -> None:
        client = browser(*SEES, "hold_recording", "delete_recording")
        assert "deleted 30 days after the call" in client.get(page_of(recording)).text
        html = act(client, recording, "hold", follow=True).text
        assert "kept until somebody releases it" in html
        assert "Release" in html
        assert "Delete now" not in html
        html = act(client, recording, "remove", follow=True).text
        assert "Release it first" in html
        assert "no longer kept" in act(client, recording, "release", follow=True).text
        asked = client.get(reverse("admin:telephony_recording_remove", args=[recording.pk])).text
        assert "Delete this recording for good?" in asked
        html = act(client, recording, "remove", follow=True).text
        assert "The recording was deleted." in html
        assert "Delete now" not in html
        assert "at the PBX" not in html
        assert "deleted already" in act(client, recording, "remove", follow=True).text
        asked = client.get(reverse("admin:telephony_recording_remove", args=[recording.pk]), follow=True).text
        assert "deleted already" in asked
        assert Recording.objects.get().state == "expired"

    def test_a_held_one_is_not_offered_for_deletion(self, recording: Recording) -> None:
        holding.hold(recording=recording, user=None)
        client = browser(*SEES, "delete_recording")
        html = client.get(reverse("admin:telephony_recording_remove", args=[recording.pk])).text
        assert "Release it first" in html
        assert "Delete for good" not in html

    @pytest.mark.parametrize(
        ("rights", "seen"),
        [
            ((), []),
            (("hold_recording",), ["Keep beyond its time"]),
            (("delete_recording",), ["Delete now…"]),
        ],
    )
    def test_each_right_has_its_button(self, recording: Recording, rights: tuple[str, ...], seen: list[str]) -> None:
        html = browser(*SEES, *rights).get(page_of(recording)).text
        assert [text for text in ("Keep beyond its time", "Delete now…") if text in html] == seen

    @pytest.mark.parametrize(("what", "right"), [("hold", "delete"), ("release", "delete"), ("remove", "hold")])
    def test_without_the_right_it_is_forbidden(self, recording: Recording, what: str, right: str) -> None:
        assert act(browser(*SEES, f"{right}_recording"), recording, what).status_code == 403
        assert not AuditEntry.objects.exists()

    def test_a_recording_that_one_does_not_see_is_not_there(self, recording: Recording) -> None:
        client = browser("view_recording", "see_own_calls", "hold_recording", "delete_recording")
        assert act(client, recording, "remove").status_code == 404
        assert act(client, recording, "hold").status_code == 404

    def test_holding_takes_a_post(self, recording: Recording) -> None:
        client = browser(*SEES, "hold_recording")
        assert client.get(reverse("admin:telephony_recording_hold", args=[recording.pk])).status_code == 405

    def test_a_connection_without_a_limit_says_so(self, recording: Recording) -> None:
        Connection.objects.update(keep_recordings_days=None)
        assert "kept for ever" in browser(*SEES, "hold_recording").get(page_of(recording)).text

    def test_administrators_may_and_operators_may_not(self, recording: Recording) -> None:
        assert act(browser(group="Administrator"), recording, "remove").status_code == 302
        for group in ("Operator", "Supervisor"):
            assert act(browser(group=group), recording, "remove").status_code == 403
            assert browser(group=group).get(ERASE).status_code == 403


class TestJournal:
    def test_it_says_what_was_done_by_whom(self, office: Connection, recording: Recording) -> None:
        client = browser(*SEES, "hold_recording", "delete_recording", "view_auditentry", "erase_number")
        act(client, recording, "hold")
        act(client, recording, "release")
        act(client, recording, "remove")
        Call.objects.update(started_at="2020-01-01T00:00:00Z")
        Recording.objects.update(state="stored")
        retention.expire_recordings()
        Delivery.objects.update(received_at="2020-01-01T00:00:00Z")
        retention.expire_deliveries()
        client.post(ERASE, {"number": CLIENT, "confirmed": "1"})
        html = client.get(JOURNAL).text
        for text in (
            *("recording kept beyond its time", "recording deleted", "its time was over", "old deliveries deleted"),
            *("4 deliveries", "1 call, 1 recording", "by schedule or command", "Анна Орлова", "still being searched"),
        ):
            assert text in html, text
        assert f"#{recording.pk}" in html
        tasks.erase_numbers()
        assert "still being searched" not in client.get(JOURNAL).text

    def test_nobody_changes_it(self, recording: Recording) -> None:
        holding.hold(recording=recording, user=None)
        entry = AuditEntry.objects.get()
        client = browser("view_auditentry", "change_auditentry", "delete_auditentry", "add_auditentry")
        assert client.get(f"{JOURNAL}{entry.pk}/change/").status_code == 200
        assert client.post(f"{JOURNAL}{entry.pk}/change/", {"action": "x"}).status_code == 403
        assert client.post(f"{JOURNAL}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.get(f"{JOURNAL}add/").status_code == 403


class TestErasing:
    @pytest.fixture
    def client(self) -> Client:
        return browser("erase_number", "view_auditentry")

    def test_first_it_shows_what_would_go(self, client: Client, recording: Recording) -> None:
        add_contact(name="Вася Пупкин", phones=[CLIENT])
        assert "Whose number is to be erased?" in client.get(ERASE).text
        html = client.post(ERASE, {"number": "8 (920) 111-96-13"}).text
        for text in ("+79201119613", "<dt>Calls</dt><dd>1</dd>", "<dt>Recordings</dt><dd>1</dd>", "Вася Пупкин"):
            assert text in html, text
        assert "<dt>Stored messages</dt><dd>4</dd>" in html
        assert Call.objects.get().client_e164 == "+79201119613"

    def test_confirmed_it_is_gone_at_once_and_a_worker_finishes(self, client: Client, office: Connection) -> None:
        add_contact(name="Вася Пупкин", phones=[CLIENT])
        play_call(office)
        response = client.post(ERASE, {"number": CLIENT, "confirmed": "1"}, follow=True)
        assert Call.objects.get().client_e164 == ""
        assert "data-reload" in response.text
        assert "0 % searched" in response.text or "% searched" in response.text
        entry = AuditEntry.objects.get()
        assert entry.username
        tasks.erase_numbers()
        html = client.get(reverse("admin:telephony_erased", args=[entry.pk])).text
        assert "Everything that leads to this person is gone." in html
        assert "data-reload" not in html
        assert "<dt>Contacts</dt><dd>1</dd>" in html
        assert CLIENT[1:] not in html

    def test_held_recordings_want_a_decision(self, client: Client, recording: Recording) -> None:
        holding.hold(recording=recording, user=None)
        assert f"#{recording.pk}" in client.post(ERASE, {"number": CLIENT}).text
        html = client.post(ERASE, {"number": CLIENT, "confirmed": "1"}).text
        assert 'role="alert"' in html
        assert Recording.objects.exists()
        client.post(ERASE, {"number": CLIENT, "confirmed": "1", "held_too": "1"})
        assert not Recording.objects.exists()

    @pytest.mark.parametrize("number", ["", "101", "nobody", "<script>"])
    def test_nonsense_is_refused_in_words(self, client: Client, number: str) -> None:
        html = client.post(ERASE, {"number": number, "confirmed": "1"}).text
        assert 'role="alert"' in html
        assert not AuditEntry.objects.exists()

    def test_an_unknown_number_is_said_to_be_unknown(self, client: Client) -> None:
        assert "Nothing is known of this number" in client.post(ERASE, {"number": CLIENT}).text
        response = client.post(ERASE, {"number": CLIENT, "confirmed": "1"}, follow=True)
        assert "100 % searched" in response.text

    def test_it_takes_the_right(self, recording: Recording) -> None:
        client = browser("view_auditentry", "see_all_calls")
        assert client.get(ERASE).status_code == 403
        assert client.post(ERASE, {"number": CLIENT, "confirmed": "1"}).status_code == 403
        assert not AuditEntry.objects.exists()
        holding.hold(recording=recording, user=None)
        of_another_kind = AuditEntry.objects.get()
        assert client.get(reverse("admin:telephony_erased", args=[of_another_kind.pk])).status_code == 404
        assert browser().get(reverse("admin:telephony_erased", args=[1])).status_code == 403
