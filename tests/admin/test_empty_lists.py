"""Lists without a row: each says what makes one appear in it."""

from __future__ import annotations

from django.contrib import admin
from django.test import Client

from telephony.admin.base import ListedElsewhere, TelephonyAdmin
from telephony.models import Listening


def test_every_list_of_the_admin_says_what_makes_a_row_appear() -> None:
    lists = [one for one in admin.site._registry.values() if not isinstance(one, ListedElsewhere)]
    words = {type(one).__name__: str(one.nothing_yet) for one in lists if isinstance(one, TelephonyAdmin)}
    assert len(words) > 20
    assert [name for name, said in words.items() if not said] == []
    assert len(set(words.values())) == len(words)


def test_an_empty_list_says_it(owner: Client) -> None:
    page = owner.get("/admin/telephony/listening/").content.decode()
    assert str(admin.site._registry[Listening].nothing_yet) in page  # type: ignore[attr-defined]
