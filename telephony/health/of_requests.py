"""Requests that came to a wrong address or without the right code: most likely from this very PBX."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony.health.finding import Findings, finding
from telephony.health.known import RECENT, Known
from telephony.models import StrayRequests

Why = StrayRequests.Why
SOON = timedelta(days=1)
WORDS: Mapping[str, tuple[str, str | Promise]] = {
    Why.UNKNOWN: (
        "stray_address",
        _(
            "Requests of a PBX of this kind come to an address that no connection has (%(count)d today): copy the "
            "connection's address into the PBX once more, whole."
        ),
    ),
    Why.OLD: (
        "old_address",
        _("The PBX still sends to the address of before (%(count)d today): paste the new one into it."),
    ),
    Why.OTHER_VENDOR: (
        "wrong_vendor",
        _(
            "The secret in the address is this connection's, but the kind of PBX is another (%(count)d today): copy "
            "the connection's address into the PBX once more, whole."
        ),
    ),
    Why.OFF: (
        "switched_off",
        _(
            "The connection is switched off, and its PBX goes on sending; %(count)d messages are lost today: switch "
            "it on, or take the address out of the PBX."
        ),
    ),
    Why.TAIL: (
        "wrong_end",
        _(
            "Something stands behind the secret in the address (%(count)d requests today): copy the connection's "
            "address into the PBX once more, whole."
        ),
    ),
}


def stray(known: Known) -> Findings:
    """What came after the last good message: before it is over."""
    for row in known.stray:
        if known.last_received_at is not None and row.last_at <= known.last_received_at:
            continue
        code, text = WORDS[row.why]
        yield finding(code, str(text) % {"count": row.count}, of=known.connection)


def former_is_used(known: Known) -> Findings:
    """The PBX goes on with an address or a secret whose time is over soon: then its messages would be lost."""
    row = known.connection
    both = (
        (
            *("former_address", row.former_until, row.former_used_at, row.renewed_used_at),
            _("The PBX still sends to the address of before, taken until %(until)s: paste the new one into it."),
        ),
        (
            *("former_secret", row.former_secrets_until, row.former_secrets_used_at, row.present_secrets_used_at),
            _("The PBX still uses the key of before, taken until %(until)s: enter the new one there."),
        ),
    )
    for code, until, used, renewed, text in both:
        is_in_use = used is not None and (renewed is None or renewed < used)
        if is_in_use and until is not None and known.now < until < known.now + SOON:
            words = {"until": date_format(localtime(until), "SHORT_DATETIME_FORMAT")}
            yield finding(code, str(text) % words, of=row)


def wrong_code(known: Known) -> Findings:
    """The address was right, the proof in the message was not."""
    at = known.connection.rejected_at
    if at is None or known.now - at > RECENT or (known.last_received_at and at <= known.last_received_at):
        return
    text = gettext(
        "The PBX's latest request was refused, its access code or signature is not this connection's: enter the same "
        "one on both sides."
    )
    yield finding("wrong_code", text, of=known.connection)
