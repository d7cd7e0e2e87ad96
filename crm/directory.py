"""The CRM's answer to telephony's question: whose number is this?"""

from __future__ import annotations

from django.urls import reverse

from crm.models import Contact
from telephony import phone as phones
from telephony.directory import ContactCard
from telephony.events import Phone


class CrmDirectory:
    """Finds contacts by E.164; a number that is no valid one, or unknown so, by its last 10 digits."""

    def find(self, phone: Phone) -> list[ContactCard]:
        """Contacts with this number, the one added first leading."""
        found = self._of(phones__e164=phone.e164) if phone.e164 else []
        if not found and (last10 := phones.last_digits(phone.e164 or phone.raw)):
            # Two valid numbers may end in the same 10 digits and are two numbers.
            unreadable = {"phones__e164": ""} if phone.e164 else {}
            found = self._of(phones__last10=last10, **unreadable)
        return [_card(contact) for contact in found]

    def _of(self, **number: str) -> list[Contact]:
        return list(Contact.objects.filter(**number).select_related("company").order_by("id").distinct()[:20])


def _card(contact: Contact) -> ContactCard:
    return ContactCard(
        pk=contact.pk,
        name=contact.name,
        company=contact.company.name if contact.company else "",
        responsible_id=contact.responsible_id,
        url=reverse("admin:crm_contact_change", args=[contact.pk]),
    )
