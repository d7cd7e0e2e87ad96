"""E-mails about alarms: each at most once, in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from telephony.conf import language_of, mail_is_set_up, site_address
from telephony.health.rights import MAY_SEE
from telephony.jobs import Pauses, Queue, Run
from telephony.models import Alarm, AlarmMail
from telephony.outgoing.mail import Outcome
from telephony.outgoing.mail_rows import Columns, MailRows

State = AlarmMail.State
QUEUE = Queue(
    model=AlarmMail,
    due=Q(state=State.WAITING),
    lease=timedelta(minutes=2),
    related=("user",),
    token="lease",  # noqa: S106  (a column)
    pauses=Pauses(table=(timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))),
)


def send_due(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Send what waits; returns how many were tried."""
    return ROWS.send_due(now=now, run=run)


def _written(row: AlarmMail) -> EmailMessage | Columns:
    user = row.user
    may_see = user.is_active and user.has_perm(MAY_SEE)
    return message_for(row) if may_see and user.email and mail_is_set_up() else {"state": State.FAILED}


def _waits(outcome: Outcome, answer: str) -> Columns:
    return {"state": State.WAITING}


def _ends(outcome: Outcome, answer: str) -> Columns:
    known = {Outcome.SENT: State.SENT, Outcome.UNCLEAR: State.UNCLEAR}
    return {"state": known.get(outcome, State.FAILED)}


ROWS = MailRows(name="e-mail about an alarm", queue=QUEUE, write=_written, waits=_waits, ends=_ends)


def message_for(row: AlarmMail) -> EmailMessage:
    began, ended = list(row.began.select_related("connection")), list(row.ended.select_related("connection"))
    with override(language_of(row.user)):
        lines = [f"{place(one)}: {one.text}{_link(one)}" for one in began]
        lines += [f"{place(one)}: {mended(one)}. {one.text}" for one in ended]
        if began:
            subject = ngettext("%(count)d thing to mend: %(place)s", "%(count)d things to mend: %(place)s", len(began))
            subject %= {"count": len(began), "place": place(began[0])}
        else:
            subject = gettext("Mended: %(place)s") % {"place": place(ended[0])} if ended else gettext("Mended")
        body = "\n\n".join([*lines, *_page()])
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {"Message-ID": f"<alarm-{row.pk}-{row.at:%Y%m%d%H%M%S}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(" ".join(subject.split()), body, None, [row.user.email], headers=headers)


def place(alarm: Alarm) -> str:
    return alarm.connection.name if alarm.connection else gettext("The installation")


def mended(alarm: Alarm) -> str:
    """“mended after 12 min”; of one that is open nothing."""
    if alarm.closed_at is None:
        return ""
    minutes = max(1, round((alarm.closed_at - alarm.opened_at).total_seconds() / 60))
    if minutes < 120:
        return gettext("mended after %(minutes)d min") % {"minutes": minutes}
    return gettext("mended after %(hours)d h") % {"hours": round(minutes / 60)}


def _link(alarm: Alarm) -> str:
    origin = site_address()
    return f"\n{origin}{alarm.url}" if origin and alarm.url.startswith("/") else ""


def _page() -> list[str]:
    origin = site_address()
    return [f"{gettext('Health')}: {origin}{reverse('telephony:health')}"] if origin else []
