"""Where the walk of a connection stands: read off the database each time."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.assistant import judging
from telephony.canary import test_calls
from telephony.connections.nobodys import nobodys_phones
from telephony.models import Connection, Dial, Recording

STEPS: tuple[tuple[str, str | Promise], ...] = (
    ("address", _("Address")),
    ("wait", _("First message")),
    ("phones", _("Whose phones")),
    ("test", _("Test call")),
    ("done", _("What is proven")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One step on the line at the top."""

    label: str | Promise
    url: str = ""
    is_here: bool = False
    is_done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A line of the list at the end."""

    label: str | Promise
    is_proven: bool
    url: str = ""
    """Where it is made good."""
    is_needed: bool = True


def line(connection: Connection | None, here: str, user_pk: int) -> list[Mark]:
    """The steps from the choice of the PBX to the end."""
    first = [
        Mark(label=_("PBX"), is_here=here == "choose", is_done=here != "choose"),
        Mark(label=_("Name and keys"), is_here=here == "new", is_done=connection is not None),
    ]
    if connection is None:
        return [*first, *(Mark(label=label) for _name, label in STEPS)]
    heard = judging.has_good(connection)
    called = test_calls.shown_at(connection, user_pk) is not None
    done = {"address": heard or here != "address", "wait": heard, "phones": connection.extensions.exists()}
    done |= {"test": called, "done": heard and called}
    return first + [
        Mark(label=label, url=url_of(name, connection), is_here=here == name, is_done=done[name])
        for name, label in STEPS
    ]


def url_of(step: str, connection: Connection) -> str:
    return reverse(f"telephony:connect_{step}", args=[connection.pk])


def next_step(connection: Connection, user_pk: int) -> str:
    """Address of the first step that is not done yet: where somebody goes on who left the walk."""
    marks = line(connection, "", user_pk)[2:]
    name = next((name for (name, _label), mark in zip(STEPS, marks, strict=True) if not mark.is_done), "done")
    if name in ("wait", "address") and not connection.deliveries.exists():
        name = "address"
    return url_of(name, connection)


def proofs(connection: Connection, user_pk: int) -> list[Proof]:
    """What is proven of this connection, and what was skipped."""
    vendor = connection.vendor_object
    found = [
        Proof(
            label=_("Its messages arrive, and are understood."),
            is_proven=judging.has_good(connection),
            url=url_of("wait", connection),
        ),
        Proof(
            label=_("Phones have owners."),
            is_proven=connection.extensions.exists(),
            url=url_of("phones", connection),
        ),
        Proof(
            label=_("Every phone that rang has an owner."),
            is_proven=connection.calls.exists() and not nobodys_phones(connection, most=1),
            url=url_of("phones", connection),
        ),
        Proof(
            label=_("A test call came up as a card on your screen."),
            is_proven=test_calls.shown_at(connection, user_pk) is not None,
            url=url_of("test", connection),
        ),
    ]
    if vendor.tells_recordings:
        stored = Recording.objects.filter(call__connection=connection, state=Recording.State.STORED)
        found.append(Proof(label=_("A recording was fetched."), is_proven=stored.exists(), is_needed=False))
    if vendor.can_dial:
        called = connection.dials.filter(state=Dial.State.BOUND)
        found.append(Proof(label=_("A call was ordered by a click."), is_proven=called.exists(), is_needed=False))
    return found
