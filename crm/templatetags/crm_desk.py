"""{% load crm_desk %}: people, moments and tags as the desk's pages show them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.access import may_edit_note
from crm.forms.clients import region
from crm.models import ContactPhone, Note, Tag
from telephony.domain import numbers as phones
from telephony.models import Call
from telephony.ui import presentation

register = template.Library()

HUES = 6
"""So many colours a contact's initials can have."""


@register.filter
def person(user: Any) -> str:
    """A user's full name; empty for nobody."""
    return presentation.person(user)


@register.filter
def number(phone: ContactPhone | str) -> str:
    """A number as people read it: +7 495 200-09-01, ext. 101; as it was typed, if it is no valid one."""
    if isinstance(phone, ContactPhone):
        return presentation.number_in_words(phone.e164, phone.extension) if phone.e164 else phone.raw
    read = phones.normalise(phone, region()) if phone.startswith("+") else None
    return presentation.number_in_words(read.e164, read.extension) if read and read.e164 else phone


@register.filter
def call_row(call: Call) -> presentation.CallRow:
    """The call in words."""
    return presentation.call_row(call)


@register.filter
def day_and_time(moment: datetime | None) -> str:
    """A moment as people say it: today 15:00, tomorrow 10:00, 21.11.2026 09:30."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    today = timezone.localdate()
    words = {today: _("today"), today + timedelta(days=1): _("tomorrow"), today - timedelta(days=1): _("yesterday")}
    return f"{words.get(local.date()) or formats.date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"


@register.simple_tag
def avatar(name: str) -> SafeString:
    """Initials in a circle; the same name has always the same colour."""
    words = [word for word in name.split() if word[0].isalpha()]
    initials = "".join(word[0] for word in words[:2]).upper() or "#"
    hue = sum(map(ord, name)) % HUES
    return format_html('<span class="crm-avatar crm-hue-{}" aria-hidden="true">{}</span>', hue, initials)


@register.simple_tag
def tag_badge(tag: Tag) -> SafeString:
    return format_html('<span class="crm-tag crm-tag-{}">{}</span>', tag.colour, tag.name)


@register.simple_tag(takes_context=True)
def may_edit(context: Any, note: Note) -> bool:
    """Whether who looks at the page may reword the note."""
    return may_edit_note(context["request"].user, note)
