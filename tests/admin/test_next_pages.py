"""Lists whose rows nobody counts: a next page is offered only where there is one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from telephony.admin.base import ROWS_PER_PAGE
from telephony.models import Delivery
from tests.admin.world import connect, send

pytestmark = pytest.mark.django_db
DELIVERIES = "/admin/telephony/delivery/"


def test_a_list_offers_a_next_page_only_where_there_is_one(owner: Client) -> None:
    sipuni = connect("sipuni")
    now = timezone.now()
    rows = [
        Delivery(connection=sipuni, received_at=now, method="GET", query=b"", body=b"") for _ in range(ROWS_PER_PAGE)
    ]
    Delivery.objects.bulk_create(rows)
    assert "?p=2" not in owner.get(DELIVERIES).text
    send(sipuni, event="")
    assert "?p=2" in owner.get(DELIVERIES).text
    assert "?p=3" not in owner.get(f"{DELIVERIES}?p=2").text
