"""A new address: the one of before is taken as long as somebody chose, and which is in use can be seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from telephony.connections.settings import rotate
from telephony.intake import addresses
from telephony.models import Connection

MESSAGE = {"event": "1", "call_id": "1.10", "src_num": "79201119613"}


@pytest.mark.django_db
def test_two_addresses_for_a_while(client: Client, admin_client: Client) -> None:
    connection = Connection.objects.create(vendor="sipuni", name="Офис")
    old, page = connection.hook_path, f"/admin/telephony/connection/{connection.pk}"

    def sends(path: str) -> int:
        addresses._written_at.clear()
        return client.get(path, MESSAGE).status_code

    def panel() -> str:
        return admin_client.get(f"{page}/change/").content.decode()

    assert admin_client.post(f"{page}/rotate/", {"keep": "24"}).status_code == 302
    connection.refresh_from_db()
    new = connection.hook_path
    assert new != old
    assert "Nothing has come to the new address yet" in panel()
    assert (sends(old), sends(new)) == (200, 200)
    assert "The latest message to the new address came just now" in panel()
    assert "The latest message to the address of before came just now" in panel()

    assert admin_client.post(f"{page}/rotate/", {"end": "1"}).status_code == 302
    assert (sends(old), sends(new)) == (404, 200)
    assert "The address of before is taken, too" not in panel()


@pytest.mark.django_db
def test_it_ends_by_itself_and_other_addresses_cost_nothing(client: Client, django_assert_num_queries: Any) -> None:
    connection = Connection.objects.create(vendor="sipuni", name="Офис")
    first = connection.hook_path
    rotate(connection=connection, keep=timedelta(hours=1))
    assert client.head(first).status_code == 200
    Connection.objects.update(former_until=timezone.now() - timedelta(seconds=1))
    assert client.head(first).status_code == 404
    assert client.head(connection.hook_path).status_code == 200
    with django_assert_num_queries(1):
        assert client.head(connection.hook_path).status_code == 200
