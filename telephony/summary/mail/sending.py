"""Sends the mails that are planned, each at most once.

The row says that the mail is being handed over before it is (telephony/outgoing/mail.py), and who finds such a row
after its worker's death does not send it again: it is marked as perhaps sent, and people can ask for another.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.core.mail.message import EmailMessage
from django.db.models import Q
from django.utils import timezone

from telephony.calls import access
from telephony.conf import mail_is_set_up
from telephony.jobs import LeaseLost, Pauses, Queue, Run
from telephony.jobs.guard import guarded
from telephony.models import ReportMail
from telephony.outgoing.mail import Outcome, hand_over
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
    tried = 0
    for mail in QUEUE.claims(now=now, run=run, exhausted=_give_up):
        tried += 1
        if not guarded("report mail", mail, partial(_send, mail), otherwise=False):
            _failed_here(mail)
    return tried


def _send(mail: ReportMail) -> bool:
    """Whatever becomes of it stands in the row then."""
    if mail.handed_over_at is not None:
        return QUEUE.release(mail, at=None, state=State.UNCLEAR, reason=Reason.CUT_OFF)
    if reason := _why_not(mail):
        return QUEUE.release(mail, at=None, state=State.SKIPPED, reason=reason)
    message = message_for(mail)
    try:
        return _hand_over(mail, message)
    except LeaseLost:
        return True  # Somebody else's by now.


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


def _hand_over(mail: ReportMail, message: EmailMessage) -> bool:
    handed = hand_over(message, begin=lambda: QUEUE.renew(mail, handed_over_at=timezone.now()))
    answer = handed.answer
    if handed.outcome is Outcome.SENT:
        return QUEUE.release(mail, at=None, state=State.SENT, reason="", answer="", sent_at=timezone.now())
    if handed.outcome is Outcome.UNCLEAR:
        return QUEUE.release(mail, at=None, state=State.UNCLEAR, reason=Reason.CUT_OFF, answer=answer)
    if handed.outcome is Outcome.REFUSED:
        words = {"reason": Reason.REFUSED, "answer": answer}
        return QUEUE.release(mail, at=None, state=State.FAILED, handed_over_at=None, **words)
    return _again(mail, Reason.NO_SERVER if handed.outcome is Outcome.NO_SERVER else Reason.REFUSED, answer)


def _failed_here(mail: ReportMail) -> bool:
    if mail.handed_over_at is not None:
        return QUEUE.release(mail, at=None, state=State.UNCLEAR, reason=Reason.CUT_OFF)
    return _again(mail, Reason.INTERNAL)


def _again(mail: ReportMail, reason: str, answer: str = "") -> bool:
    words = {"reason": reason, "answer": answer, "handed_over_at": None}
    if QUEUE.retry(mail, state=State.WAITING, **words):
        return True
    return QUEUE.release(mail, at=None, state=State.FAILED, **words)


def _give_up(mail: ReportMail) -> None:
    """Every attempt ended with the death of its worker."""
    state, reason = (State.UNCLEAR, Reason.CUT_OFF) if mail.handed_over_at else (State.FAILED, Reason.INTERNAL)
    QUEUE.release(mail, at=None, state=state, reason=reason)
