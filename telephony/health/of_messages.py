"""Whether a connection's messages come, are understood, and are answered in time."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from telephony.health.finding import Finding, Findings, finding
from telephony.health.known import Known, Message
from telephony.health.usual import LONGEST, SURELY, missing_calls
from telephony.intake import quota
from telephony.intake.probes import SAYS_NOTHING
from telephony.intake.proving import FOREIGN
from telephony.models import Delivery
from telephony.ui.markup import list_url
from telephony.ui.presentation import length
from telephony.ui.reasons import in_words

NEW = timedelta(minutes=15)
"""So long somebody is still setting it up."""
SLOW_SECONDS = 2.0
ENOUGH = 20
"""Messages that have to be timed before anything is said of it."""
FEW = 3
LONGEST_REASON = 200
_PLACEHOLDER = re.compile(r"=\s*[\"']?(\$\{?[A-Za-z]|\{\{?[A-Za-z]|%[A-Za-z_]+%|#[A-Za-z_]+#)")
"""A value as templates name it: $caller, ${caller}, {caller}, %caller%, #caller#."""


def nothing_came(known: Known) -> Findings:
    connection = known.connection
    if connection.enabled and known.last_received_at is None and known.now - connection.created_at > NEW:
        text = gettext("Nothing has ever come from this PBX: paste the connection's address into it, then make a call.")
        yield finding("nothing_yet", text, of=connection)


def is_silent(known: Known) -> Findings:
    """Calls that usually come have not, for longer than chance explains; or nothing came for weeks."""
    last = known.last_received_at
    if not known.connection.enabled or last is None:
        return
    # It was not silent here before it was here: a history may have been brought along.
    since = max(last, known.connection.created_at)
    missing = missing_calls(known.connection, known.usual, since=since, now=known.now)
    if known.now - since > LONGEST:
        text = gettext(
            "The PBX has been silent for %(time)s, since %(day)s: look whether its notifications are switched on and "
            "its address is this connection's; switch the connection off if it is not used any more."
        )
        words = {"time": length((known.now - last).total_seconds()), "day": date_format(localtime(last))}
        yield finding("silent", text % words, of=known.connection)
    elif missing >= SURELY:
        text = gettext(
            "The PBX has been silent for %(time)s, in which about %(count)d calls usually come: look whether its "
            "notifications are switched on and its address is this connection's."
        )
        silent = length((known.now - since).total_seconds())
        yield finding("silent", text % {"time": silent, "count": round(missing)}, of=known.connection)


def few_calls(known: Known) -> Findings:
    """It speaks, but far fewer calls come than usually: a part of its notifications may be off."""
    usual, now = known.usual, known.now
    if not usual.is_known or known.last_received_at is None:
        return
    since = max(now - timedelta(hours=1), known.connection.created_at)
    expected = missing_calls(known.connection, usual, since=since, now=now)
    if expected >= 2 * SURELY and known.messages_of_hour and usual.this_hour < expected / 4:
        text = gettext(
            "Only %(count)d calls came within the last hour, usually there are %(usual)d at this time: look whether "
            "all numbers and notifications of the PBX are switched on."
        )
        yield finding("few_calls", text % {"count": usual.this_hour, "usual": round(expected)}, of=known.connection)


def not_understood(known: Known) -> Findings:
    """One finding for each kind, with the latest reason: the others stand in the list."""
    kinds: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    for error, messages in known.troubles.items():
        code = _kind(messages[0])
        kinds.setdefault(code, []).append(error)
        counts[code] = counts.get(code, 0) + len(messages)
    for code, errors in kinds.items():
        yield _trouble(known, code, in_words(errors[0])[:LONGEST_REASON], counts[code])


def _kind(message: Message) -> str:
    if message.state == Delivery.State.REFUSED:
        return "foreign_sender" if message.error == FOREIGN else "wrong_signature"
    if message.state == Delivery.State.FAILED:
        return "our_fault" if message.traceback else "unreadable"
    return "placeholders" if _PLACEHOLDER.search(message.error) else "pbx_setting"


def _trouble(known: Known, code: str, reason: str, count: int) -> Finding:
    filters = {"connection__id__exact": known.connection.pk}
    if code in ("wrong_signature", "foreign_sender"):
        return _refused(known, code, count)
    if code == "placeholders":
        return _placeholders(known, reason, list_url(Delivery, **filters, needs_attention__exact=1))
    if code == "pbx_setting":
        text = ngettext(
            "A setting at the PBX is wrong, %(count)d message shows it: %(reason)s",
            "A setting at the PBX is wrong, %(count)d messages show it: %(reason)s",
            count,
        )
        url = list_url(Delivery, **filters, needs_attention__exact=1)
    elif code == "our_fault":
        text = ngettext(
            "%(count)d message could not be processed by a fault here: open it, read the traceback, and replay it.",
            "%(count)d messages could not be processed by a fault here: open one, read the traceback, and replay them.",
            count,
        )
        url = list_url(Delivery, **filters, state__exact="failed")
    else:
        text = ngettext(
            "%(count)d message could not be read: %(reason)s Compare the PBX's settings with the connection's steps.",
            "%(count)d messages could not be read: %(reason)s Compare the PBX's settings with the connection's steps.",
            count,
        )
        url = list_url(Delivery, **filters, state__exact="failed")
    return finding(code, text % {"count": count, "reason": reason}, of=known.connection, url=url, private=reason)


def _refused(known: Known, code: str, count: int) -> Finding:
    if code == "wrong_signature":
        text = ngettext(
            "%(count)d message was refused, its signature does not fit: enter the secret that the PBX signs with.",
            "%(count)d messages were refused, their signatures do not fit: enter the secret that the PBX signs with.",
            count,
        )
    else:
        text = ngettext(
            "%(count)d message was refused, it came from an address that is not among “Addresses of the PBX”: if it is "
            "the PBX's, add it there, and the message is read.",
            "%(count)d messages were refused, they came from addresses that are not among “Addresses of the PBX”: if "
            "they are the PBX's, add them there, and the messages are read.",
            count,
        )
    return finding(code, text % {"count": count}, of=known.connection)


def tell_nothing(known: Known) -> Findings:
    """The latest messages all meant nothing, and no setting is named that is wrong."""
    latest = known.messages[:FEW]
    if len(latest) < FEW or any(one.state != Delivery.State.IGNORED or one.needs_attention for one in latest):
        return
    url = list_url(Delivery, connection__id__exact=known.connection.pk, state__exact="ignored")
    reason = latest[0].error[:LONGEST_REASON]
    if all(one.method == "GET" and one.error == SAYS_NOTHING for one in latest):
        text = gettext(
            "The PBX's requests are empty: choose POST instead of GET in its settings, or the whole template."
        )
        yield finding("empty_requests", text, of=known.connection, url=url)
    elif _PLACEHOLDER.search(reason):
        yield _placeholders(known, reason, url)
    else:
        reason = in_words(reason)
        text = gettext("The PBX's latest messages are none that tell of calls: %(reason)s Look at its notifications.")
        yield finding("only_ignored", text % {"reason": reason}, of=known.connection, url=url, private=reason)


def _placeholders(known: Known, reason: str, url: str) -> Finding:
    text = gettext(
        "The PBX sends names of values instead of values, so its template is not filled in: %(reason)s Copy the "
        "template of the connection's page once more, whole."
    )
    return finding("placeholders", text % {"reason": reason}, of=known.connection, url=url, private=reason)


def slow_answers(known: Known) -> Findings:
    slowest = known.answered_within(0.95, of=known.answers_of_hour)
    if slowest is not None and len(known.answers_of_hour) >= ENOUGH and slowest > SLOW_SECONDS:
        text = gettext(
            "One message in twenty is answered only after %(seconds)s s, and some PBXs give up then: look at the "
            "database's and the machine's load."
        )
        yield finding("slow_answers", text % {"seconds": number_format(slowest, 1)}, of=known.connection)


def over_quota(known: Known) -> Findings:
    refused = quota.use_today(connection_id=known.connection.pk).refused
    if refused:
        text = ngettext(
            "%(count)d message was refused today, beyond the quota: if the PBX is right to send so many, have "
            "TELEPHONY_MESSAGES_PER_MINUTE or TELEPHONY_MEGABYTES_PER_DAY raised.",
            "%(count)d messages were refused today, beyond the quota: if the PBX is right to send so many, have "
            "TELEPHONY_MESSAGES_PER_MINUTE or TELEPHONY_MEGABYTES_PER_DAY raised.",
            refused,
        )
        yield finding("over_quota", text % {"count": refused}, of=known.connection)
