"""How often a PBX is asked: each request of a lane takes the next place, whichever process sends it."""

from __future__ import annotations

import pytest

from telephony import vendors
from telephony.http import Request
from telephony.models import Connection
from telephony.talks.turns import turns_of

pytestmark = pytest.mark.django_db


def test_who_names_no_limit_waits_for_nothing(connection: Connection) -> None:
    assert turns_of(connection) is None


def test_a_lane_has_so_many_places_a_minute_and_others_do_not_take_them(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    pbx = vendors.get_vendor("sipuni")
    monkeypatch.setattr(type(pbx), "pace", {"": 60, "list": 3})
    first, second = turns_of(connection), turns_of(Connection.objects.get(pk=connection.pk))
    assert first is not None
    assert second is not None
    waits = [turn(Request(url="")) for turn in (first, second, first)]
    assert waits == pytest.approx([0, 1, 2], abs=0.5)
    lists = [turn(Request(url="", lane="list")) for turn in (second, first)]
    assert lists == pytest.approx([0, 20], abs=0.5)
    assert first(Request(url="", lane="files")) == 0
