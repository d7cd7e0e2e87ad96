"""Rules as people read them."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from telephony.domain.after_call import filled
from telephony.models import Call, CallRule
from telephony.ui import presentation
from telephony.ui.lines import Lines

MOST_OF_TITLE = 200


def sentence(rule: CallRule | None) -> str:
    """“When … then …”."""
    if rule is None:
        return _("A rule that was deleted since.")
    where = str(rule.line or rule.connection or "")
    at = _(" at “%(where)s”") % {"where": where} if where else ""
    return f"{rule}{at}: {'; '.join(deeds(rule)) or _('nothing is done yet')}."


def deeds(rule: CallRule) -> list[str]:
    """What it does, in order."""
    found = []
    if rule.add_contact:
        found.append(_("create a contact"))
    if rule.tag:
        found.append(_("put the tag “%(tag)s”") % {"tag": rule.tag})
    if rule.task_title:
        words = {"title": _title_in_words(rule.task_title), "minutes": rule.task_minutes}
        text = ngettext(
            "set the task “%(title)s” within %(minutes)d working minute",
            "set the task “%(title)s” within %(minutes)d working minutes",
            rule.task_minutes,
        )
        found.append(text % words)
    people = [presentation.person(user) for user in rule.tell.all()] if rule.pk else []
    if people:
        text = _("tell %(people)s, also by e-mail") if rule.tell_by_email else _("tell %(people)s")
        found.append(text % {"people": ", ".join(people)})
    if rule.tell_systems:
        found.append(_("tell other systems"))
    return found


def _title_in_words(title: str) -> str:
    """What its placeholders stand for, as no call is known: Call back [client's number]."""
    words = {"client": _("client"), "number": _("client's number"), "our_number": _("our number"), "time": _("time")}
    return filled(title, {name: f"[{text}]" for name, text in words.items()})


def task_title(rule: CallRule, call: Call) -> str:
    """In the language of the installation: whoever reads it is not known yet."""
    with override(settings.LANGUAGE_CODE):
        words = {
            "client": presentation.client_name(call),
            "number": presentation.shown_number(call),
            "our_number": Lines().name(call),
            "time": date_format(timezone.localtime(call.started_at), "SHORT_DATETIME_FORMAT"),
        }
    return filled(rule.task_title, words)[:MOST_OF_TITLE]
