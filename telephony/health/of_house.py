"""The installation: its work, its disk, its clock, its certificate, and whom it tells."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.db import connection as database
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from telephony import conf
from telephony.health.finding import Findings, finding
from telephony.health.waiting import waiting_work
from telephony.http.certificates import bundle
from telephony.models import Notice, ReportMail, RowFailure, Subscription
from telephony.privacy.tracebacks import where
from telephony.recordings.storage import check_writable, free_bytes, has_room
from telephony.recordings.words import why_paused
from telephony.ui.markup import change_url, list_url
from telephony.ui.presentation import length

log = logging.getLogger(__name__)

LATE = timedelta(minutes=5)
"""So long work may be due: it is looked for every few seconds."""
OFTEN_LATE: Mapping[str, timedelta] = {"recordings": timedelta(minutes=30), "hours": timedelta(hours=2)}
"""What may take longer without anything being wrong."""
CLOCKS_APART = 5.0
"""Seconds."""
EXPIRES_SOON = timedelta(days=14)
PATIENCE_SECONDS = 3.0
LOW_DISK = 2
"""Times what has to stay free."""
WORK: Mapping[str, str | Promise] = {
    "messages": _("messages of PBXs"),
    "recordings": _("recordings to fetch"),
    "webhooks": _("messages to other systems"),
    "rules": _("rules after calls"),
    "rule_mails": _("e-mails of rules"),
    "questions": _("questions to PBXs about calls"),
    "lists": _("lists of calls to pull"),
    "exports": _("exports"),
    "report_mails": _("reports by e-mail"),
    "alarm_mails": _("e-mails about alarms"),
    "hours": _("calls to judge anew"),
    "erasures": _("numbers to erase"),
}


def jobs(now: datetime) -> Findings:
    for work in waiting_work(now=now):
        if work.count and work.oldest_seconds > OFTEN_LATE.get(work.name, LATE).total_seconds():
            if work.name == "recordings" and not has_room():
                continue  # That is said already, with the reason.
            text = ngettext(
                "%(work)s: %(count)d waits, the oldest for %(oldest)s. Look whether the worker has enough places, "
                "and at its log.",
                "%(work)s: %(count)d wait, the oldest for %(oldest)s. Look whether the worker has enough places, "
                "and at its log.",
                work.count,
            )
            words = {"work": WORK[work.name], "count": work.count, "oldest": length(work.oldest_seconds)}
            yield finding(f"jobs_waiting_{work.name}", text % words)


def disk(now: datetime) -> Findings:
    if not has_room():
        yield finding("disk_full", why_paused())
    elif free_bytes() < LOW_DISK * conf.disk_floor():
        text = gettext(
            "Only %(free)s of the disk are free; at %(floor)s recordings are fetched no more: make room in time."
        )
        words = {"free": filesizeformat(free_bytes()), "floor": filesizeformat(conf.disk_floor())}
        yield finding("disk_low", text % words)


def storage(now: datetime) -> Findings:
    try:
        check_writable()
    except Exception as error:
        log.warning("health: the storage of recordings: %s", where(error))
        text = gettext(
            "Nothing can be written where recordings are stored (%(error)s): check its rights, its login and the disk."
        )
        yield finding("storage", text % {"error": type(error).__name__})


def clock(now: datetime) -> Findings:
    """The database's clock against this machine's: leases and figures go by both."""
    if database.vendor != "postgresql":
        return
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = (cursor.fetchone()[0] - datetime.now(UTC)).total_seconds()
    if abs(apart) > CLOCKS_APART:
        text = gettext(
            "The database's clock is %(seconds)d s away from this machine's: set both by a time server, or jobs are "
            "taken twice or late."
        )
        yield finding("database_clock", text % {"seconds": abs(apart)})


def certificate(now: datetime) -> Findings:
    """Of our own public address, as PBXs see it."""
    address = urlsplit(conf.site_address())
    if address.scheme != "https" or not address.hostname:
        return
    host, port = address.hostname, address.port or 443
    expires, trouble = _seen_certificate(host, port)
    if trouble == UNREACHABLE:
        text = gettext(
            "Our own public address, %(host)s, could not be reached from here: look whether PBXs reach it, and mend "
            "CSRF_TRUSTED_ORIGINS if it is another."
        )
        yield finding("public_address", text % {"host": host})
    elif expires is None:
        text = gettext(
            "The certificate of %(host)s is not accepted (%(reason)s), and PBXs may refuse to send: renew it."
        )
        yield finding("certificate", text % {"host": host, "reason": trouble})
    elif expires - now < EXPIRES_SOON:
        text = gettext("The certificate of %(host)s expires in %(days)d days: renew it, or PBXs can't send then.")
        yield finding("certificate_expires", text % {"host": host, "days": max(0, (expires - now).days)})


UNREACHABLE = "unreachable"
LOOKED_EVERY = 600.0
_looked: dict[tuple[str, int], tuple[float, datetime | None, str]] = {}
"""Pages and alarms ask more often than a certificate changes."""


def _seen_certificate(host: str, port: int) -> tuple[datetime | None, str]:
    """Until when it holds, or what is wrong with it."""
    at, expires, trouble = _looked.get((host, port), (-LOOKED_EVERY, None, ""))
    if time.monotonic() - at < LOOKED_EVERY and not trouble:
        return expires, trouble
    try:
        expires, trouble = certificate_expires(host, port), ""
    except ssl.SSLError as error:
        expires, trouble = None, str(getattr(error, "verify_message", "") or error.reason)
    except OSError:
        expires, trouble = None, UNREACHABLE
    _looked[host, port] = time.monotonic(), expires, trouble
    return expires, trouble


def certificate_expires(host: str, port: int) -> datetime:
    """Raises OSError, of which a certificate that is not accepted is an ssl.SSLError."""
    context = ssl.create_default_context(cafile=bundle())
    with socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line:
        line.settimeout(PATIENCE_SECONDS)
        with context.wrap_socket(line, server_hostname=host) as talk:
            found = talk.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


def rows_that_fail(now: datetime) -> Findings:
    count = RowFailure.objects.filter(last_at__gt=now - timedelta(days=1)).count()
    if count:
        text = ngettext(
            "%(count)d row makes the worker's work fail again and again: open it, and tell whoever maintains this.",
            "%(count)d rows make the worker's work fail again and again: open them, and tell whoever maintains this.",
            count,
        )
        yield finding("rows_fail", text % {"count": count}, url=list_url(RowFailure))


def webhooks(now: datetime) -> Findings:
    """Other systems that took none of the latest three messages."""
    for subscription in Subscription.objects.filter(enabled=True):
        tried = Notice.objects.filter(subscription=subscription, attempts__gt=0).order_by("-id")
        latest = list(tried.values_list("state", "error")[:3])
        if len(latest) == 3 and all(state != Notice.State.DELIVERED and error for state, error in latest):
            text = gettext("“%(name)s” takes no messages: %(reason)s Check its address, or switch it off.")
            words = {"name": subscription.name, "reason": latest[0][1]}
            yield finding(
                f"webhook_{subscription.pk}", text % words, url=change_url(subscription), private=latest[0][1]
            )


def mail(now: datetime) -> Findings:
    """Reports that people ordered, and that the mail server did not take."""
    bad = ReportMail.objects.filter(created_at__gt=now - timedelta(days=1), state=ReportMail.State.FAILED)
    latest = bad.exclude(reason__in=_OF_PEOPLE).order_by("-pk").first()
    if latest is not None:
        text = gettext("Reports by e-mail are not sent: %(reason)s %(answer)s")
        words = {"reason": latest.get_reason_display(), "answer": latest.answer}
        yield finding("mail", (text % words).strip(), url=reverse("telephony:report_mails"), private=latest.answer)


_OF_PEOPLE = (ReportMail.Reason.INACTIVE, ReportMail.Reason.NO_RIGHT, ReportMail.Reason.NO_ADDRESS)
