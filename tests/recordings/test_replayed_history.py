"""`replay` over a whole history, with each vendor's parser broken in three ways, and then with the right one again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from telephony.domain.events import Parsed
from telephony.intake import inbox
from telephony.models import Call, CallEvent, CallLeg, Delivery, Recording
from telephony.simulator.scenarios import Scriptwriter
from telephony.vendors import get_vendor
from tests.rounds import rounds
from tests.simulator.test_messages import STARTED_AT, VENDORS, ZONE, hook_of, make_pbx
from tests.telephony.factories import ConnectionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.proof]
CALLS = 6
FACTS = ("external_id", "direction", "status", "client_e164", "our_number", "started_at", "answered_at", "ended_at")


def history(slug: str, variant: str) -> None:
    """Some calls of one PBX; of those that have recordings each second one was fetched, or is held."""
    pbx = make_pbx(slug, variant)
    connection = ConnectionFactory.create(vendor=slug, settings=dict(pbx.settings), time_zone=str(ZONE))
    writer = Scriptwriter(seed=f"{slug}{variant}", scenarios=pbx.scenarios)
    for number in range(CALLS):
        call = writer.write(started_at=STARTED_AT + timedelta(minutes=20 * number))
        for message in pbx.messages(call):
            hook = hook_of(message, call)
            inbox.process(delivery=inbox.receive(connection=connection, hook=hook), hook=hook)
    for number, row in enumerate(Recording.objects.order_by("pk")):
        fetched = {"state": "stored", "file": f"1/{row.pk}.mp3", "next_try_at": None}
        Recording.objects.filter(pk=row.pk).update(**(fetched if number % 2 else {"held": True}))


def rows() -> dict[str, list[Any]]:
    """Everything but the keys of what is derived."""
    return {
        "calls": list(Call.objects.order_by("started_at", "external_id").values_list(*FACTS)),
        "kept": list(Recording.objects.order_by("pk").values()),
        "calls with recordings": sorted(Call.objects.filter(recordings__isnull=False).values_list("pk", flat=True)),
        "legs": list(
            CallLeg.objects.order_by("call__started_at", "call__external_id", "position").values_list(
                "call__external_id", "role", "extension_number", "key_hash", "status", "talk_seconds"
            )
        ),
        "events": sorted(CallEvent.objects.values_list("call__external_id", "fingerprint", "kind", "occurred_at")),
    }


def ignores(parsed: Parsed) -> Parsed:
    return Parsed(ignored="It is of no use.")


def reads_another_link(parsed: Parsed) -> Parsed:
    return replace(
        parsed,
        events=tuple(
            replace(
                event,
                recording_link=event.recording_link and event.recording_link + "?v=2",
                recording_reference=event.recording_reference and event.recording_reference + "-2",
            )
            for event in parsed.events
        ),
    )


def raises(parsed: Parsed) -> Parsed:
    raise ZeroDivisionError


BREAKS = (ignores, reads_another_link, raises)
VARIANTS = [(slug, variant) for slug in VENDORS for variant in get_vendor(slug).simulator().variants]


@pytest.mark.parametrize(
    ("slug", "variant", "broken"),
    [
        (*variant, broken)
        for place, variant in enumerate(VARIANTS)
        # Each in one way, the next one in another; with --full each in all of them.
        for broken in BREAKS[place % rounds(3, full=1) :: rounds(3, full=1)]
    ],
)
def test_nothing_that_is_kept_goes_and_the_right_parser_restores_every_row(
    slug: str, variant: str, broken: Callable[[Parsed], Parsed], monkeypatch: pytest.MonkeyPatch
) -> None:
    history(slug, variant)
    before = rows()
    vendor = type(get_vendor(slug))
    right = vendor.parse
    with monkeypatch.context() as patched:
        patched.setattr(vendor, "parse", lambda self, hook, profile: broken(right(self, hook, profile)))
        call_command("replay", "--all", verbosity=0)
        assert [row["id"] for row in rows()["kept"]] == [row["id"] for row in before["kept"]]
        assert rows()["calls with recordings"] == before["calls with recordings"]
        kept = Recording.objects.filter(state="stored").order_by("pk").values_list("pk", "file")
        assert list(kept) == [(row["id"], row["file"]) for row in before["kept"] if row["state"] == "stored"]
    call_command("replay", "--all", verbosity=0)
    assert rows() == before
    assert set(Delivery.objects.values_list("state", flat=True)) <= {"applied", "ignored"}
