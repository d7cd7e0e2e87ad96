"""`manage.py erase_number`."""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crm.services.contacts import add_contact
from telephony.models import AuditEntry, Call, Delivery, Recording
from telephony.recordings.keeping import holding
from tests.keeping.world import recorded_call
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("erase_number", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def recording() -> Recording:
    add_contact(name="Вася", phones=[CLIENT])
    return recorded_call(ConnectionFactory.create())


def is_erased() -> bool:
    return not Call.objects.exclude(client_raw="").exists()


def test_dry_run_counts_and_changes_nothing(recording: Recording) -> None:
    shown = run("8 (920) 111-96-13", "--dry-run")
    assert "+79201119613: 1 calls, 1 recordings,\n4 raw deliveries, 0 orders to call, 1 contacts: Вася." in shown
    counts = json.loads(run(CLIENT, "--dry-run", "--json"))
    assert (counts["erased"], counts["calls"], counts["held"], counts["deliveries"]) == (False, 1, [], 4)
    assert not is_erased()


def test_yes_erases(recording: Recording) -> None:
    done = json.loads(run(CLIENT, "--yes", "--json"))
    assert done == {
        "erased": True,
        "journal": AuditEntry.objects.get().pk,
        "contacts": 1,
        "calls": 1,
        "recordings": 1,
        "deliveries": 4,
    }
    assert is_erased()
    assert not Delivery.objects.exists()
    assert "Erased: 0 contacts, 0 calls" in run(CLIENT, "--yes")


def test_whether_it_was_erased_can_be_asked(recording: Recording) -> None:
    with pytest.raises(CommandError, match="knows of no erasure"):
        run(CLIENT, "--was-erased")
    assert json.loads(run(CLIENT, "--was-erased", "--json")) == {"was_erased": False, "at": []}
    run(CLIENT, "--yes")
    assert run("8 920 111 96 13", "--was-erased").startswith("Erased 20")
    assert json.loads(run(CLIENT, "--was-erased", "--json"))["was_erased"] is True


@pytest.mark.parametrize(("answer", "erased"), [("yes", True), (" YES ", True), ("y", False), ("", False)])
def test_it_asks(recording: Recording, monkeypatch: pytest.MonkeyPatch, answer: str, erased: bool) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    if erased:
        assert "Type yes to erase it" in run(CLIENT)
    else:
        with pytest.raises(CommandError, match="Nothing was erased"):
            run(CLIENT)
    assert is_erased() is erased


def test_where_nobody_can_be_asked_nothing_is_erased(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO())
    with pytest.raises(CommandError, match="give --yes"):
        run(CLIENT)
    assert not is_erased()


def test_held_recordings_take_an_option_of_their_own(recording: Recording) -> None:
    holding.hold(recording=recording, user=None)
    assert f"Kept by somebody: recordings #{recording.pk}." in run(CLIENT, "--dry-run")
    with pytest.raises(CommandError, match="--held-too"):
        run(CLIENT, "--yes")
    assert not is_erased()
    run(CLIENT, "--yes", "--held-too")
    assert is_erased()


@pytest.mark.parametrize("number", ["101", "nobody"])
def test_nonsense_is_refused(db: Any, number: str) -> None:
    with pytest.raises(CommandError, match="no client's number"):
        run(number, "--yes")
