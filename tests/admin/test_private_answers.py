"""No cache keeps what one person was shown, signing out empties the browser's, and no page shows a secret or a key."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from telephony.models import Call, Connection
from tests.admin import pages
from tests.admin.keys import OURS, STRANGE, name_keys
from tests.admin.world import CANARIES, make_world
from tests.e2e.canaries import Hunt

pytestmark = pytest.mark.django_db
MORE = (
    *("/api/v1/contacts/", "/api/v1/schema/", "/telephony/calls/export.csv", "/no/such/page/"),
    *("/telephony/desk/cards/", "/telephony/recordings/999/audio", "/telephony/recordings/1/audio"),
)


def stored_by_nobody(answer: Any) -> bool:
    kept = {word.strip() for word in answer.headers.get("Cache-Control", "").split(",")}
    return {"private", "no-store"} <= kept and "public" not in kept


def with_a_page() -> list[str]:
    listed = ["telephony:board", "telephony:board_rows", "telephony:calls"]
    found = [reverse(name) for name in listed] + ["/api/v1/calls/", "/api/v1/extensions/"]
    found += [f"/api/v1/calls/{call.pk}/" for call in Call.objects.all()]
    return list(dict.fromkeys([*found, *pages.every_page()]))


@pytest.mark.proof
def test_every_page_shows_no_secret_and_is_kept_by_no_cache(owner: Client) -> None:
    make_world(calls=1)
    name_keys(Connection.objects.get(vendor="mobilon"))
    hook_secrets = {row.pk: row.hook_secret for row in Connection.objects.all()}
    keys = Hunt({"ours": OURS, "strange": STRANGE})
    for address in with_a_page():
        answer = owner.get(address)
        assert answer.status_code == 200, address
        assert stored_by_nobody(answer), address
        html = answer.text
        shown = [secret for secret in CANARIES if secret in html]
        assert not shown, f"{address} shows {shown}"
        for pk, secret in hook_secrets.items():
            # Where a connection's address is copied from.
            own = (f"/admin/telephony/connection/{pk}/change/", f"/telephony/connect/{pk}/address/")
            assert address in own or secret not in html, address
        # Bytes in which no name stands before a key that nobody has here can't be told from others.
        keys.look(address, answer.content, allowed=["strange"] if b"00 43 6e 72 79" in answer.content else [])
    assert not keys.found, "\n".join(keys.found)
    assert "key #" in owner.get(reverse("telephony:board")).text


@pytest.mark.proof
def test_no_refusal_is_kept_by_a_cache(owner: Client) -> None:
    make_world(calls=1)
    for address in MORE:
        assert stored_by_nobody(owner.get(address)), address
    for address in (*with_a_page(), *MORE):
        assert stored_by_nobody(Client().get(address)), address


def test_signing_out_empties_the_browsers_cache(owner: Client) -> None:
    assert "Clear-Site-Data" not in owner.get(reverse("admin:index")).headers
    answer = owner.post(reverse("admin:logout"))
    assert answer.headers["Clear-Site-Data"] == '"cache"'
