"""E-mails to those whom rules tell, each at most once, in the reader's language and with links to call and client."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from telephony.after_call.words import sentence
from telephony.calls.access import visible_calls, visible_missed
from telephony.conf import language_of, mail_is_set_up, site_address
from telephony.jobs import Pauses, Queue, Run
from telephony.models import Call, MissedItem, RuleMessage
from telephony.outgoing.mail import Outcome
from telephony.outgoing.mail_rows import Columns, MailRows
from telephony.ui import presentation
from telephony.ui.lines import Lines

Mail = RuleMessage.Mail
QUEUE = Queue(
    model=RuleMessage,
    due=Q(mail=Mail.WAITING),
    lease=timedelta(minutes=2),
    related=("user", "run__rule__line", "run__rule__connection", "run__call__contact", "run__call__connection"),
    token="lease",  # noqa: S106  (a column)
    pauses=Pauses(table=(timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))),
)


def send_due(*, run: Run | None = None) -> int:
    """Send what waits; returns how many were tried."""
    return ROWS.send_due(run=run)


def _written(row: RuleMessage) -> EmailMessage | Columns:
    user = row.user
    may_see = user.is_active and visible_calls(user).filter(pk=row.run.call_id).exists()
    return message_for(row) if may_see and user.email and mail_is_set_up() else {"mail": Mail.FAILED}


def _waits(outcome: Outcome, answer: str) -> Columns:
    return {"mail": Mail.WAITING}


def _ends(outcome: Outcome, answer: str) -> Columns:
    known = {Outcome.SENT: Mail.SENT, Outcome.UNCLEAR: Mail.UNCLEAR}
    return {"mail": known.get(outcome, Mail.FAILED)}


ROWS = MailRows(name="e-mail of a rule", queue=QUEUE, write=_written, waits=_waits, ends=_ends)


def message_for(row: RuleMessage) -> EmailMessage:
    """What the reader may see of the call at this moment, in their language."""
    user, call, rule = row.user, row.run.call, row.run.rule
    with override(language_of(user)):
        client = presentation.client_name(call)
        subject = _("%(ending)s: %(client)s") % {"ending": capfirst(row.run.get_ending_display()), "client": client}
        words = {
            "client": client,
            "number": presentation.client_number(call) or call.client_raw,
            "at": timezone.localtime(call.started_at).strftime("%d.%m.%Y %H:%M"),
            "our_number": Lines().with_number(call) or "–",
            "rule": sentence(rule),
        }
        text = (
            _("Client: %(client)s, %(number)s\nWhen: %(at)s\nOur number: %(our_number)s\n\nThe rule: %(rule)s") % words
        )
        # A rule that was saved before links were kept with it has none of its own.
        origin = (rule.origin if rule is not None else "") or site_address()
        links = [f"{name}: {origin}{path}" for name, path in _paths(call, user)] if origin else []
    headers = {"Message-ID": _message_id(row), "Auto-Submitted": "auto-generated"}
    body = "\n".join([text, "", *links]) if links else text
    return EmailMessage(" ".join(subject.split()), body, None, [user.email], headers=headers)


def _paths(call: Call, user: object) -> list[tuple[str, str]]:
    """The call's page, and that of the client who waits for a call back."""
    found = [(_("The call"), reverse("admin:telephony_call_change", args=[call.pk]))]
    items = visible_missed(user).filter(Q(first_call=call) | Q(last_call=call))
    item: MissedItem | None = items.order_by("-pk").first()
    if item is not None:
        found.append((_("To be called back"), reverse("telephony:missed_item", args=[item.pk])))
    return found


def _message_id(row: RuleMessage) -> str:
    """The mail's own: whoever gets it twice after all has a program that sees it."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<rule-{row.pk}-{row.at:%Y%m%d%H%M%S%f}@{host}>"
