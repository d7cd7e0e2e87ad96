"""Which PBXs have a reconcile page, and who may open it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from telephony.models import Call, Connection, PbxDay
from telephony.reconcile import pulling
from tests.callinfo.office import DAY, Office, open_office
from tests.callinfo.pages import address, client_with, page
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import at

pytestmark = pytest.mark.django_db


class TestConnectionsThatCanBeAsked:
    def test_the_only_one_is_opened_at_once(self, admin: Client, office: Office) -> None:
        assert admin.get(reverse("telephony:reconcile"))["Location"] == address(office)

    def test_of_several_each_is_shown_with_how_it_stands(self, admin: Client, pulled: Office) -> None:
        with open_office(settings={}, name="No token") as other, open_office(name="New") as new:
            new.says = (502, b"")
            pulling.request(connection=new.connection, day=DAY)
            pulling.pull_due()
            text = admin.get(reverse("telephony:reconcile")).content.decode()
            assert "not set up: the token is missing" in text
            assert "The PBX answered with an error." in text
            assert "pulled just now" in text
            assert new.connection.name in page(admin, pulled)
            assert "can&#x27;t be asked yet" in page(admin, other) or "can't be asked yet" in page(admin, other)

    def test_none_says_which_kinds_can_be(self, admin: Client, connection: Connection) -> None:
        text = admin.get(reverse("telephony:reconcile")).content.decode()
        assert "Mobilon" in text.partition("These can: ")[2].partition("</p>")[0]

    def test_another_kind_has_no_page(self, admin: Client, connection: Connection) -> None:
        assert admin.get(reverse("telephony:reconcile_day", args=[connection.pk])).status_code == 404

    def test_switched_off_it_says_that_nothing_is_pulled(self, admin: Client, office: Office) -> None:
        Connection.objects.update(enabled=False)
        text = page(admin, office)
        assert "switched off, so nothing is pulled" in text
        assert "Pull now" not in text

    def test_its_own_page_leads_here(self, admin: Client, office: Office) -> None:
        text = admin.get(reverse("admin:telephony_connection_change", args=[office.connection.pk])).content.decode()
        assert address(office) in text


@pytest.mark.parametrize(
    "rights", [(), ("change_connection",), ("see_all_calls",), ("change_connection", "see_team_calls")]
)
def test_others_are_kept_out(office: Office, rights: tuple[str, ...]) -> None:
    client = client_with(*rights)
    for response in (
        client.get(reverse("telephony:reconcile")),
        client.get(address(office)),
        client.post(address(office, "pull")),
        client.post(address(office, "import"), {"all": "1"}),
    ):
        assert response.status_code == 403
    assert PbxDay.objects.count() == 0


def test_changes_are_made_by_posts_alone(admin: Client, office: Office) -> None:
    for name in ("pull", "import"):
        assert admin.get(address(office, name)).status_code == 405


def test_a_day_that_was_never_pulled_has_nothing_to_import(admin: Client, office: Office) -> None:
    assert admin.post(address(office, "import"), {"day": "2024-01-29", "all": "1"}).status_code == 404


def test_a_call_here_alone_is_no_fault_of_a_list_that_was_not_pulled(admin: Client, office: Office) -> None:
    ConnectionFactory.create(vendor="sipuni")
    office.tells(0, "HANGUP")
    assert "was not pulled yet, so these are the calls here alone" in page(admin, office)
    assert at(0) == Call.objects.get().started_at
