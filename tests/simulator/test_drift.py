"""A connection whose PBX is set up otherwise: said in words, and mended by one button, over real HTTP."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from telephony.connections import drift
from telephony.models import Connection, Extension, PbxCheck
from telephony.vendors import installed
from tests.simulator.api import Api
from tests.simulator.test_api_talks import KEYS, PATHS

pytestmark = pytest.mark.django_db
KNOWN = {"zadarma", "mango", "onlinepbx", "itoolabs", "uis", "telphin"}
SET_FROM_HERE = {"zadarma": "notify_start", "telphin": "dial-in"}
"""By their API, with one of the messages that each sends. The others' documents know no such request."""


def connect(api: Api, slug: str) -> Connection:
    address = f"{api.server.url}/{slug}{PATHS.get(slug, '')}"
    apis = {"call_api_url": f"{address}/call/v4.0", "data_api_url": f"{address}/data/v2.0"}
    settings = {**KEYS[slug], "api_url": address, "address": address, **apis}
    return Connection.objects.create(vendor=slug, name=slug, settings=settings, internal_networks=["127.0.0.0/8"])


def codes(row: PbxCheck) -> dict[str, str]:
    assert row.error == ""
    return dict(row.findings)


def test_each_other_is_set_up_in_its_own_pages() -> None:
    offices = {slug: vendor.office for slug, vendor in installed().items() if vendor.office is not None}
    assert {slug for slug, office in offices.items() if office.sets_address} == set(SET_FROM_HERE)
    assert set(offices) == KNOWN


@pytest.mark.parametrize("slug", sorted(SET_FROM_HERE))
def test_an_address_and_switches_are_mended(api: Api, slug: str) -> None:
    connection = connect(api, slug)
    found = codes(drift.check(connection=connection))
    assert drift.ADDRESS_NONE in found
    assert SET_FROM_HERE[slug] in found[drift.SWITCHES_OFF]
    assert drift.mend(connection=connection, url="https://crm.example.com/old/hook/") == ""
    row = PbxCheck.objects.get()
    assert codes(row)[drift.ADDRESS_OTHER] == "crm.example.com"
    assert any("crm.example.com" in words and is_mended for words, is_mended in drift.in_words(row))
    assert drift.mend(connection=connection, url="https://crm.example.com" + connection.hook_path) == ""
    assert not drift.MENDED_THERE & set(codes(PbxCheck.objects.get()))


@pytest.mark.parametrize("slug", sorted(KNOWN))
def test_phones_of_one_side_only_are_said(api: Api, slug: str) -> None:
    connection = connect(api, slug)
    vera = User.objects.create(username="vera")
    Extension.objects.create(connection=connection, user=vera, number="555")
    found = codes(drift.check(connection=connection))
    assert found[drift.NOT_LISTED] == "555"
    assert "101" in found[drift.NOBODYS]


def test_a_pbx_that_gives_no_answer_is_said(api: Api) -> None:
    connection = connect(api, "mango")
    Connection.objects.filter(pk=connection.pk).update(
        settings={**connection.settings, "api_url": "http://127.0.0.1:9"}
    )
    row = drift.check(connection=Connection.objects.get())
    assert row.error
    assert row.findings == []


def test_others_can_not_be_asked() -> None:
    connection = Connection.objects.create(vendor="sipuni", name="Office")
    assert not drift.can_ask(connection)
    assert drift.mend(connection=connection, url="https://crm.example.com/")


def test_where_several_addresses_are_taken_others_stay_and_a_phone_that_lacks_ours_is_told(api: Api) -> None:
    connection = connect(api, "telphin")
    own = "https://crm.example.com" + connection.hook_path
    assert drift.mend(connection=connection, url="https://other.example.org/events/") == ""
    assert drift.mend(connection=connection, url=own) == ""
    assert not drift.MENDED_THERE & set(codes(PbxCheck.objects.get()))
    assert drift.mend(connection=connection, url=own) == ""
