"""One mail: the same figures as HTML, in a way that mail programs show, and as plain text; in its reader's language."""

from __future__ import annotations

from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.translation import gettext, pgettext

from telephony.models import ReportMail
from telephony.reports.figures import Figures
from telephony.summary.mail.content import Content, content_of
from telephony.ui.presentation import length


def message_for(mail: ReportMail) -> EmailMultiAlternatives:
    subscription = mail.subscription
    zone = ZoneInfo(subscription.time_zone)
    with translation.override(subscription.language), timezone.override(zone):
        content = content_of(mail)
        title = _title(content)
        context = {
            "title": title,
            "content": content,
            "figures": _figures(content),
            "language": subscription.language,
            "zone": subscription.time_zone,
            "is_trial": mail.is_trial,
        }
        text = render_to_string("telephony/summary/mail.txt", context)
        message = EmailMultiAlternatives(title, text, None, [subscription.user.email], headers=_headers(mail))
        message.attach_alternative(render_to_string("telephony/summary/mail.html", context), "text/html")
    return message


def _headers(mail: ReportMail) -> dict[str, str]:
    """The id is the mail's own: whoever gets it twice after all has a program that sees it."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    host = sender.rpartition("@")[2] or "localhost"
    return {
        "Message-ID": f"<report-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S%f}@{host}>",
        "Auto-Submitted": "auto-generated",
    }


def _title(content: Content) -> str:
    first = formats.date_format(content.first_day, "j E Y")
    if content.is_day:
        return gettext("Calls on %(day)s") % {"day": first}
    return gettext("Calls from %(first)s to %(last)s") % {
        "first": first,
        "last": formats.date_format(content.last_day, "j E Y"),
    }


def _figures(content: Content) -> list[tuple[str, str, str]]:
    """Words, figure, and the figure of the period before."""
    now, before = _words(content.figures), _words(content.before)
    return [(words, figure, other) for (words, figure), (_same, other) in zip(now, before, strict=True)]


def _words(figures: Figures) -> list[tuple[str, str]]:
    calls, clients = figures.total, figures.clients
    quick = gettext("Answered within %(seconds)s s") % {"seconds": figures.service_seconds}
    return [
        (gettext("Incoming calls"), str(calls.incoming)),
        (pgettext("figure", "Answered"), str(calls.answered)),
        (pgettext("figure", "Missed"), str(calls.missed)),
        (gettext("Share missed"), _percent(calls.missed_share)),
        (gettext("Missed outside working hours"), str(calls.missed_outside)),
        (quick, _percent(figures.service_level)),
        (gettext("Clients who were missed"), str(clients.missed)),
        (gettext("… talked with since"), str(clients.returned)),
        (gettext("… who still wait"), str(clients.waiting)),
        (gettext("Half of them were talked with within"), length(clients.half_within) or "–"),
        (gettext("Outgoing calls"), str(calls.outgoing)),
        (gettext("… answered by the client"), str(calls.reached)),
        (gettext("Talk time"), length(calls.talk_seconds)),
    ]


def _percent(share: int | None) -> str:
    return "–" if share is None else f"{share} %"
