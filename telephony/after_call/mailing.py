"""E-mails to those whom rules tell, through Django's own e-mail settings."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from telephony.after_call.words import sentence
from telephony.calls.access import visible_calls
from telephony.conf import mail_is_set_up
from telephony.jobs import Pauses, Queue, Run
from telephony.models import RuleMessage
from telephony.ui import presentation

log = logging.getLogger(__name__)
Mail = RuleMessage.Mail
QUEUE = Queue(
    model=RuleMessage,
    due=Q(mail=Mail.WAITING),
    lease=timedelta(seconds=60),
    related=("user", "run__rule__line", "run__rule__connection", "run__call__contact"),
    pauses=Pauses(table=(timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))),
)


def send_due(*, run: Run | None = None) -> int:
    """Send what waits; returns how many were tried."""
    done = 0
    for row in QUEUE.claims(run=run, exhausted=_give_up):
        done += 1
        try:
            _send(row)
        except (OSError, SMTPException) as error:
            log.warning("An e-mail of a rule was not taken: %s", type(error).__name__)
            if not QUEUE.retry(row):
                _give_up(row)
    return done


def _send(row: RuleMessage) -> None:
    user, call = row.user, row.run.call
    may_see = user.is_active and visible_calls(user).filter(pk=call.pk).exists()
    if not (may_see and user.email and mail_is_set_up()):
        _give_up(row)
        return
    with override(settings.LANGUAGE_CODE):
        client = presentation.client_name(call)
        subject = _("%(ending)s: %(client)s") % {"ending": capfirst(row.run.get_ending_display()), "client": client}
        words = {
            "client": client,
            "number": presentation.client_number(call) or call.client_raw,
            "at": timezone.localtime(call.started_at).strftime("%d.%m.%Y %H:%M"),
            "our_number": call.our_number or "–",
            "rule": sentence(row.run.rule),
        }
        text = _("Client: %(client)s, %(number)s\nWhen: %(at)s\nOur number: %(our_number)s\n\nThe rule: %(rule)s")
        send_mail(" ".join(subject.split()), text % words, None, [user.email])
    QUEUE.release(row, at=None, mail=Mail.SENT)


def _give_up(row: RuleMessage) -> None:
    QUEUE.release(row, at=None, mail=Mail.FAILED)
