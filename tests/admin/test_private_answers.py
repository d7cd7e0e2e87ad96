"""No cache keeps what one person was shown, and signing out empties the browser's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin.pages import every_page
from tests.admin.world import make_world

pytestmark = pytest.mark.django_db


def stored_by_nobody(answer: Any) -> bool:
    kept = {word.strip() for word in answer.headers.get("Cache-Control", "").split(",")}
    return {"private", "no-store"} <= kept and "public" not in kept


@pytest.mark.proof
def test_no_page_no_api_and_no_refusal_is_kept_by_a_cache(owner: Client) -> None:
    make_world(calls=1)
    others = ["/api/v1/calls/", "/api/v1/contacts/", "/api/v1/schema/", "/telephony/calls/export.csv", "/no/such/page/"]
    others += ["/telephony/desk/cards/", "/telephony/recordings/999/audio", "/telephony/recordings/1/audio"]
    for address in [*every_page(), *others]:
        assert stored_by_nobody(owner.get(address)), address
        assert stored_by_nobody(Client().get(address)), address


def test_signing_out_empties_the_browsers_cache(owner: Client) -> None:
    assert "Clear-Site-Data" not in owner.get(reverse("admin:index")).headers
    answer = owner.post(reverse("admin:logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache"'
