"""`manage.py replay`: which deliveries it takes, and what it prints."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from telephony.domain.events import Parsed
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.models import Call, Connection, Delivery
from telephony.vendors import get_vendor
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import deliver, form, sipuni, sipuni_ends
from tests.telephony.test_inbox import SetParser

pytestmark = pytest.mark.django_db


def replay(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("replay", *arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.fixture
def mended_parser(connection: Connection, set_parser: SetParser) -> tuple[Delivery, Delivery]:
    """A good and a failed delivery; then the parser learns to read the failed one."""
    good, failed = deliver(connection, sipuni(1, 0)), deliver(connection, form(event="2", id="1.10", status="ANSWER"))
    real = get_vendor("sipuni")

    def parse(hook: Hook, profile: ConnectionProfile) -> Parsed:
        body = hook.body.replace(b"&id=", b"&call_id=")
        return real.parse(Hook(method="POST", body=body, received_at=hook.received_at), profile)

    set_parser("sipuni", parse)
    return good, failed


def test_all_that_failed(mended_parser: tuple[Delivery, Delivery]) -> None:
    failed = mended_parser[1].pk
    lines = replay("--failed")
    assert lines[0] == f"delivery {failed}: applied"
    assert "    call 1.10: status ringing -> answered" in lines
    assert lines[-1] == "1 deliveries read, 1 changed something, 0 failed."
    assert Call.objects.get().status == "answered"
    assert replay("--failed") == ["0 deliveries read, 0 changed something, 0 failed."]
    assert replay("--all") == ["2 deliveries read, 0 changed something, 0 failed."]


def test_a_dry_run_only_shows(mended_parser: tuple[Delivery, Delivery]) -> None:
    lines = replay("--failed", "--dry-run")
    assert "    call 1.10: status ringing -> answered" in lines
    assert lines[-1] == "1 deliveries read, 1 would change something, 0 failed."
    assert Call.objects.get().status == "ringing"
    assert Delivery.objects.get(pk=mended_parser[1].pk).state == "failed"


def test_by_number(connection: Connection) -> None:
    broken = deliver(connection, form(event="1"))
    ignored = deliver(connection, sipuni(9, 0))
    deliver(connection, sipuni_ends(0))
    assert replay(str(broken.pk), str(ignored.pk)) == [
        f"delivery {broken.pk}: failed: call_id: missing or empty.",
        f"delivery {ignored.pk}: ignored: {ignored.error}",
        "2 deliveries read, 0 changed something, 1 failed.",
    ]


def test_of_one_connection(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0))
    other = ConnectionFactory.create()
    deliver(other, sipuni(1, 0))
    assert replay("--all", "--connection", str(other.pk))[-1].startswith("1 deliveries read")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "Say which: delivery numbers, --failed or --all."),
        (["--dry-run"], "Say which"),
        (["7", "9"], "ID: there is no delivery 7, 9."),
        (["seven"], "argument ID: invalid int value: 'seven'"),
    ],
)
def test_mistakes_are_named(arguments: list[str], error: str) -> None:
    with pytest.raises(CommandError, match=error):
        replay(*arguments)
