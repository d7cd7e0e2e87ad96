"""How another CRM answers telephony's question."""

from __future__ import annotations

from telephony.domain.directory import ContactCard
from telephony.domain.events import Phone
from tests.standalone.models import Person


class PersonDirectory:
    def find(self, phone: Phone) -> list[ContactCard]:
        people = Person.objects.filter(number=phone.e164).order_by("id") if phone.e164 else []
        return [ContactCard(pk=person.pk, name=person.name, responsible_id=person.keeper_id) for person in people]
