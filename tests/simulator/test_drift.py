"""A connection whose PBX is set up otherwise: said in words, and mended by one button, over real HTTP."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from telephony.connections import drift
from telephony.models import Connection, Extension, PbxCheck
from tests.simulator.api import Api
from tests.simulator.test_api_talks import KEYS, PATHS

pytestmark = pytest.mark.django_db
KNOWN = {"zadarma", "mango", "onlinepbx", "itoolabs", "uis"}


def connect(api: Api, slug: str) -> Connection:
    address = f"{api.server.url}/{slug}{PATHS.get(slug, '')}"
    apis = {"call_api_url": f"{address}/call/v4.0", "data_api_url": f"{address}/data/v2.0"}
    settings = {**KEYS[slug], "api_url": address, "address": address, **apis}
    return Connection.objects.create(vendor=slug, name=slug, settings=settings, internal_networks=["127.0.0.0/8"])


def codes(row: PbxCheck) -> dict[str, str]:
    assert row.error == ""
    return dict(row.findings)


def test_an_address_and_switches_are_mended(api: Api) -> None:
    connection = connect(api, "zadarma")
    found = codes(drift.check(connection=connection))
    assert drift.ADDRESS_NONE in found
    assert "notify_start" in found[drift.SWITCHES_OFF]
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
