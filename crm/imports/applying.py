"""What a row makes of the CRM's contacts; and what undoing needs to know of it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from crm.imports.drafts import Draft
from crm.imports.matching import Person
from crm.models import Contact
from crm.services.contacts import add_contact, add_number, company_named, find_company
from crm.services.notes import add_note

FILLED = ("name", "position", "email", "source", "responsible_id", "company_id")
"""What of a contact an import may fill in."""

Made = dict[str, Any]
"""`contact`: its id; `added`: whether it is new; `before`: values that were filled in, by field; `phones`, `tags`,
`note`, `company`: ids of what was added; `extensions`: those that numbers had before, by their ids; `stamp`: how the
contact was afterwards."""


def add(draft: Draft, user: Any) -> tuple[Contact, Made]:
    """A new contact of the draft. Raises ValidationError."""
    is_new_company = bool(draft.company) and find_company(draft.company) is None
    contact = add_contact(
        name=draft.name,
        phones=draft.phones,
        company=draft.company,
        position=draft.position,
        email=draft.email,
        source=draft.source,
        responsible=draft.responsible,
        tags=draft.tags,
        user=user,
    )
    made: Made = {"added": True, "company": contact.company_id if is_new_company else None}
    return contact, _finished(made, contact, draft, user)


def fill(contact: Contact, draft: Draft, user: Any) -> Made | None:
    """Give the contact what it lacks; None if it lacks nothing. Raises ValidationError."""
    before = {name: getattr(contact, name) for name in FILLED}
    had, tags = _phones(contact), set(contact.tags.values_list("pk", flat=True))
    if draft.is_named and not Person(contact.name).is_named:
        contact.name = draft.name  # It was called by its number, for want of a name.
    contact.position = contact.position or draft.position
    contact.email = contact.email or draft.email
    contact.source = contact.source or draft.source
    contact.responsible = contact.responsible or draft.responsible
    is_new_company = False
    if contact.company is None and draft.company:
        is_new_company = find_company(draft.company) is None
        contact.company = company_named(draft.company, user)
    changed = {name: value for name, value in before.items() if getattr(contact, name) != value}
    for number in draft.phones:
        add_number(contact=contact, number=number)
    has = _phones(contact)
    new_phones, extended = has.keys() - had.keys(), {pk: had[pk] for pk in had if has.get(pk) != had[pk]}
    new_tags = {tag.pk for tag in draft.tags} - tags
    contact.tags.add(*new_tags)
    if not (changed or new_phones or extended or new_tags):
        return None
    if changed:
        contact.full_clean()
        contact.save()
    made: Made = {"added": False, "before": changed, "phones": sorted(new_phones), "tags": sorted(new_tags)}
    made["extensions"] = extended
    made["company"] = contact.company_id if is_new_company else None
    return _finished(made, contact, draft, user)


def stamp(contact: Contact) -> str:
    """What changes if somebody changes the contact, its numbers or its tags."""
    values = [str(getattr(contact, name) or "") for name in FILLED]
    phones = sorted(str(phone) for phone in contact.phones.all())
    tags = sorted(tag.pk for tag in contact.tags.all())
    return hashlib.sha256(json.dumps([values, phones, tags]).encode()).hexdigest()[:32]


def _phones(contact: Contact) -> dict[int, str]:
    """The numbers' extensions by the numbers' ids."""
    return dict(contact.phones.values_list("pk", "extension"))


def _finished(made: Made, contact: Contact, draft: Draft, user: Any) -> Made:
    made["contact"] = contact.pk
    if draft.note:
        made["note"] = add_note(text=draft.note, author=user, contact=contact).pk
    return {**made, "stamp": stamp(contact)}
