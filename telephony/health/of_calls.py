"""What a PBX's calls show: whether it tells of their ends and phones, and what its clock says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.utils.translation import gettext, ngettext

from telephony.connections.clock import clock_in_words
from telephony.health.finding import Findings, finding
from telephony.health.known import RECENT, Known
from telephony.models import Call, CallLeg, CardDecision, Extension
from telephony.ui.markup import calls_url, list_url

ENOUGH = 5
"""Calls that have to show it."""
PHONES_WITHIN = timedelta(days=7)
NAMED = 5


def clock_is_off(known: Known) -> Findings:
    text = clock_in_words(known.connection)
    if text:
        yield finding("clock", text, of=known.connection)


def _latest(known: Known, **which: Any) -> Sequence[tuple[str, int]]:
    """Status, and how many phones rang, of the latest calls of the day that are over."""
    calls = Call.objects.filter(
        connection=known.connection, started_at__gt=known.now - RECENT, ended_at__isnull=False, **which
    )
    rows = calls.annotate(phones=Count("legs")).order_by("-started_at").values_list("status", "phones")
    return list(rows[: 2 * ENOUGH])


def ends_are_missing(known: Known) -> Findings:
    """Its calls have to be closed here, as no end comes."""
    calls = _latest(known)[:ENOUGH]
    if len(calls) == ENOUGH and all(status == "unknown" for status, _phones in calls):
        text = gettext(
            "The PBX tells of no call how it ended: switch on its notification of the end of a call, with this "
            "connection's address."
        )
        yield finding("no_ends", text, of=known.connection)


def phones_are_missing(known: Known) -> Findings:
    """No call says whose phone rings, so nobody has a card."""
    calls = _latest(known, direction="incoming")
    if len(calls) == 2 * ENOUGH and not any(phones for _status, phones in calls):
        text = gettext(
            "The PBX does not tell whose phone rings, so no cards come: switch on its notification of ringing phones, "
            "and let calls reach employees."
        )
        yield finding("no_phones", text, of=known.connection)


def only_ends_come(known: Known) -> Findings:
    """Each of the latest calls was told of by one message, which came when it was over: nobody could have a card."""
    latest = Call.objects.filter(connection=known.connection, started_at__gt=known.now - RECENT, ended_at__isnull=False)
    told = latest.filter(direction="incoming").annotate(
        messages=Count("events__delivery", distinct=True),
        ends=Count("events", filter=Q(events__kind="ended", events__delivery__isnull=False)),
    )
    calls = list(
        told.filter(messages__gt=0).order_by("-started_at", "-pk").values_list("messages", "ends")[: 2 * ENOUGH]
    )
    if len(calls) == 2 * ENOUGH and all(messages == 1 and ends for messages, ends in calls):
        text = gettext(
            "The PBX tells of calls only when they are over, so no card can come while it rings: switch on its "
            "notifications of a call's beginning, of ringing phones and of the answer."
        )
        yield finding("only_ends", text, of=known.connection)


def unmapped_phones(known: Known) -> Findings:
    legs = CallLeg.objects.filter(
        call__connection=known.connection,
        call__started_at__gt=known.now - PHONES_WITHIN,
        user=None,
        card=CardDecision.NO_EXTENSION,
    ).exclude(extension_number="", key_hash="")
    # What was given to somebody since is mended, although the calls of before stay nobody's.
    owned = Extension.objects.filter(connection=known.connection).values_list("number", "key_hash")
    taken = {value for pair in owned for value in pair if value}
    found = {
        number or Extension.label_of(key)
        for number, key in legs.values_list("extension_number", "key_hash").distinct()
        if not taken & {number, key}
    }
    if found:
        names = ", ".join(sorted(found)[:NAMED]) + ("…" if len(found) > NAMED else "")
        text = ngettext(
            "Phone %(names)s rings and is nobody's here, so nobody has a card: say whose it is.",
            "Phones %(names)s ring and are nobody's here, so nobody has a card: say whose they are.",
            len(found),
        )
        yield finding("unmapped_phones", text % {"names": names}, of=known.connection, private=names)


def phones_of_the_gone(known: Known) -> Findings:
    """Somebody's phone who can't sign in any more."""
    gone = get_user_model()._default_manager.filter(is_active=False)
    phones = Extension.objects.filter(Q(connection=known.connection) & Q(user__in=gone)).order_by("number")
    numbers = [str(phone) for phone in phones[: NAMED + 1]]
    if numbers:
        text = ngettext(
            "Phone %(names)s belongs to somebody who can't sign in any more: give it to somebody else.",
            "Phones %(names)s belong to people who can't sign in any more: give them to somebody else.",
            len(numbers),
        )
        url = list_url(Extension, connection__id__exact=known.connection.pk)
        names = ", ".join(numbers)
        yield finding("phones_of_gone", text % {"names": names}, of=known.connection, url=url, private=names)


def nobody_has_a_phone(known: Known) -> Findings:
    has_calls = known.last_received_at is not None
    if has_calls and not Extension.objects.filter(connection=known.connection).exists():
        text = gettext("No phone of this PBX is anybody's, so nobody has a card: say whose phones they are.")
        yield finding("no_phones_mapped", text, of=known.connection)


def said_by_the_pbx(known: Known) -> Findings:
    """What the PBX itself says is wrong with the account, of its latest calls."""
    latest = Call.objects.filter(connection=known.connection, started_at__gt=known.now - RECENT)
    reasons = list(latest.order_by("-started_at").values_list("end_reason", "pk")[:ENOUGH])
    words = {
        "no_money": gettext("The PBX says that its account has no money: pay into it, calls are lost."),
        "limit": gettext("The PBX says that its lines or its limit of calls are used up: order more of them."),
        "not_registered": gettext(
            "Calls are lost as employees' phones are not connected with the PBX: switch them on, or mend their network."
        ),
        "pbx_error": gettext("The PBX reports errors of its own for calls: ask its support, and name the call's id."),
    }
    for reason, text in words.items():
        if sum(1 for said, _pk in reasons if said == reason) >= 2:
            url = calls_url(period="today", connection=str(known.connection.pk), cause=reason)
            yield finding(f"calls_{reason}", text, of=known.connection, url=url)
