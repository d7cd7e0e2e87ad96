"""Sends the mails that are planned, each at most once (telephony/outgoing/mail_rows.py). Of one that is perhaps sent
people can ask for another."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.mail.message import EmailMessage
from django.db.models import Q
from django.utils import timezone

from telephony.calls import access
from telephony.conf import mail_is_set_up
from telephony.jobs import Pauses, Queue, Run
from telephony.models import ReportMail
from telephony.outgoing.mail import Outcome
from telephony.outgoing.mail_rows import Columns, MailRows
from telephony.summary.mail.message import message_for

State, Reason = ReportMail.State, ReportMail.Reason
QUEUE = Queue(
    model=ReportMail,
    due=Q(state__in=[State.WAITING, State.SENDING]),
    lease=timedelta(minutes=2),
    related=("subscription", "subscription__user"),
    leased_state=State.SENDING,
    token="lease",  # noqa: S106  (a column)
    pauses=Pauses(table=tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180)), jitter=0.2),
)


def send_due(*, now: datetime | None = None, run: Run | None = None) -> int:
    """Send what is due, longest due first; returns how many mails were tried."""
    return ROWS.send_due(now=now, run=run)


def _written(mail: ReportMail) -> EmailMessage | Columns:
    reason = _why_not(mail)
    return {"state": State.SKIPPED, "reason": reason} if reason else message_for(mail)


def _why_not(mail: ReportMail) -> str:
    """Looked at each time: people leave, and rights are taken away."""
    user = mail.subscription.user
    if not user.is_active:
        return Reason.INACTIVE
    if access.seeing(user) is access.Scope.NOTHING:
        return Reason.NO_RIGHT
    if not user.email:
        return Reason.NO_ADDRESS
    return "" if mail_is_set_up() else Reason.NOT_SET_UP


def _waits(outcome: Outcome, answer: str) -> Columns:
    return {"state": State.WAITING, "reason": REASONS[outcome], "answer": answer}


def _ends(outcome: Outcome, answer: str) -> Columns:
    if outcome is Outcome.SENT:
        return {"state": State.SENT, "reason": "", "answer": "", "sent_at": timezone.now()}
    state = State.UNCLEAR if outcome is Outcome.UNCLEAR else State.FAILED
    return {"state": state, "reason": REASONS[outcome], "answer": answer}


REASONS = {
    Outcome.NO_SERVER: Reason.NO_SERVER,
    Outcome.NOT_NOW: Reason.REFUSED,
    Outcome.REFUSED: Reason.REFUSED,
    Outcome.UNCLEAR: Reason.CUT_OFF,
    Outcome.INTERNAL: Reason.INTERNAL,
}
ROWS = MailRows(name="report mail", queue=QUEUE, write=_written, waits=_waits, ends=_ends)
