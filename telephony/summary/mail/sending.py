"""Sends the mails that are planned, each at most once.

A mail server can't be asked whether it took a mail. So the row says that the mail is being handed over before it is,
and who finds such a row after its worker's death does not send it again: it is marked as perhaps sent, and people can
ask for another. Until the handing over begins, and after the server has refused, every attempt may be made again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.mail import get_connection
from django.core.mail.message import EmailMessage
from django.db.models import Q
from django.utils import timezone

from telephony.calls import access
from telephony.conf import mail_is_set_up
from telephony.jobs import LeaseLost, Pauses, Queue, Run, lend_database
from telephony.jobs.guard import guarded
from telephony.models import ReportMail
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
LONGEST_ANSWER = 200


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
    lend_database()
    server = get_connection()
    try:
        _greet(server)
    except (OSError, SMTPException) as error:
        return _again(mail, Reason.NO_SERVER, error)
    try:
        QUEUE.renew(mail, handed_over_at=timezone.now())
        lend_database()
        server.send_messages([message])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        return _refused(mail, error)
    except (OSError, SMTPException) as error:
        return QUEUE.release(mail, at=None, state=State.UNCLEAR, reason=Reason.CUT_OFF, answer=_answer(error))
    finally:
        with suppress(OSError, SMTPException):
            server.close()
    return QUEUE.release(mail, at=None, state=State.SENT, reason="", answer="", sent_at=timezone.now())


def _greet(server: Any) -> None:
    """As far as can be done without a mail: what fails here may be tried again."""
    server.open()
    if (line := getattr(server, "connection", None)) is not None:
        line.ehlo_or_helo_if_needed()


def _refused(mail: ReportMail, error: SMTPResponseException | SMTPRecipientsRefused) -> bool:
    """The server said that it did not take it: a code from 500 is for good."""
    if isinstance(error, SMTPRecipientsRefused):
        code = max((code for code, _words in error.recipients.values()), default=0)
    else:
        code = error.smtp_code
    if code >= 500:
        words = {"reason": Reason.REFUSED, "answer": _answer(error)}
        return QUEUE.release(mail, at=None, state=State.FAILED, handed_over_at=None, **words)
    return _again(mail, Reason.REFUSED, error)


def _failed_here(mail: ReportMail) -> bool:
    if mail.handed_over_at is not None:
        return QUEUE.release(mail, at=None, state=State.UNCLEAR, reason=Reason.CUT_OFF)
    return _again(mail, Reason.INTERNAL)


def _again(mail: ReportMail, reason: str, error: Exception | None = None) -> bool:
    words = {"reason": reason, "answer": _answer(error), "handed_over_at": None}
    if QUEUE.retry(mail, state=State.WAITING, **words):
        return True
    return QUEUE.release(mail, at=None, state=State.FAILED, **words)


def _give_up(mail: ReportMail) -> None:
    """Every attempt ended with the death of its worker."""
    state, reason = (State.UNCLEAR, Reason.CUT_OFF) if mail.handed_over_at else (State.FAILED, Reason.INTERNAL)
    QUEUE.release(mail, at=None, state=state, reason=reason)


def _answer(error: Exception | None) -> str:
    """What the server said, as text."""
    if isinstance(error, SMTPRecipientsRefused):
        answers: list[tuple[int, str | bytes]] = [(code, words) for code, words in error.recipients.values()]
    elif isinstance(error, SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return str(error or "")[:LONGEST_ANSWER]
    texts = [
        f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}" for code, words in answers
    ]
    return "; ".join(texts)[:LONGEST_ANSWER]
