"""The desk's tables in the admin, and what a directory that only finds contacts gives."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings

from telephony.conf import contact_directory
from telephony.domain import directory
from telephony.models import Call, Connection, DeskSettings, Disposition, Line

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("chief"))
    return client


def test_labels_of_numbers_are_kept_once_whatever_their_form(chief: Client, connection: Connection) -> None:
    fields = {"connection": connection.pk, "number": "8 (495) 123-45-67", "label": "Advertising"}
    assert chief.post("/admin/telephony/line/add/", fields).status_code == 302
    again = chief.post("/admin/telephony/line/add/", {**fields, "number": "+74951234567"})
    assert "This connection has this number already." in again.content.decode()
    assert str(Line.objects.get()) == "Advertising (+7 495 123-45-67)"
    assert "Advertising" in chief.get("/admin/telephony/line/").content.decode()


def test_results_of_calls_can_be_listed_and_added(chief: Client) -> None:
    assert chief.post("/admin/telephony/disposition/add/", {"label": "Order", "position": 1}).status_code == 302
    assert str(Disposition.objects.get()) == "Order"
    assert "Order" in chief.get("/admin/telephony/disposition/").content.decode()


def test_an_administrator_looks_after_others_settings_but_makes_and_deletes_none(chief: Client, anna: Any) -> None:
    row = DeskSettings.objects.create(user=anna, do_not_disturb=True)
    assert "Anna" in chief.get("/admin/telephony/desksettings/").content.decode()
    address = f"/admin/telephony/desksettings/{row.pk}/"
    fields = {"cards": "on", "sound": "on", "volume": 30, "opens_contact": "never"}
    assert chief.post(f"{address}change/", fields).status_code == 302
    row.refresh_from_db()
    assert (row.do_not_disturb, row.volume) == (False, 30)
    assert chief.get("/admin/telephony/desksettings/add/").status_code == 403
    assert chief.post(f"{address}delete/").status_code == 403


class OnlyFinds:
    """The least that another CRM may give."""

    def find(self, phone: Any) -> list[directory.ContactCard]:
        return []


@pytest.mark.parametrize("name", ["tests.desk.test_admin.OnlyFinds", "telephony.domain.directory.EmptyDirectory"])
def test_a_directory_without_actions_and_details_has_none(name: str, anna: Any, connection: Connection) -> None:
    with override_settings(TELEPHONY_CONTACT_DIRECTORY=name):
        assert contact_directory().find(Any) == []
        assert list(directory.actions_for(contact_directory(), Call(connection=connection), anna)) == []
        assert directory.details_of(contact_directory(), 1, anna) == directory.ContactDetails()
