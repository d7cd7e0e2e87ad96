"""Joins calls with the contacts that a CRM saves. The CRM calls this when a number gets an owner."""

from __future__ import annotations

from django.db.models import Q

from telephony import phone
from telephony.directory import get_directory
from telephony.events import Phone
from telephony.models import Call


def link_earlier_calls(*, number: Phone) -> int:
    """Give earlier calls of this number, that are nobody's yet, to the contact that has it now.

    Nothing happens while several contacts have the number: a person chooses between them. Returns how
    many calls were linked.
    """
    found = get_directory().find(number)
    key = phone.match_key(number.raw)
    if len(found) != 1 or not key:
        return 0
    same_number = Q(client_match=key)
    if number.e164:  # Two valid numbers may end in the same 10 digits; only an unreadable one is matched by these.
        same_number = Q(client_e164=number.e164) | Q(client_match=key, client_e164="")
    return Call.objects.filter(same_number, contact=None).update(contact_id=found[0].pk)
