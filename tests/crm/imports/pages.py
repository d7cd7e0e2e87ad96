"""An import as somebody does it: a file is chosen, the page's own form is sent, a worker does the rest."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from lxml import html

from crm.imports import running
from crm.models import Contact, ContactImport


def uploaded(client: Client, content: str | bytes, name: str = "contacts.csv") -> ContactImport:
    raw = content.encode() if isinstance(content, str) else content
    answer = client.post("/crm/contacts/import/", {"file": SimpleUploadedFile(name, raw)})
    assert answer.status_code == 302, answer.content.decode()
    running.run_due()
    return ContactImport.objects.latest("pk")


def form(client: Client, imported: ContactImport) -> dict[str, Any]:
    """What the page's form would send, with everything as it is proposed; without the button."""
    page = html.fromstring(client.get(imported.get_absolute_url()).content.decode())
    (found,) = (form for form in page.forms if form.action.endswith("/choose/"))
    values: dict[str, Any] = {}
    for name, value in found.form_values():
        values.setdefault(name, []).append(value)
    return values


def run(client: Client, imported: ContactImport, **changed: Any) -> ContactImport:
    """Start what the page proposes, with these changes, and let a worker do it."""
    client.post(f"{imported.get_absolute_url()}choose/", {**form(client, imported), **changed, "start": ""})
    running.run_due()
    imported.refresh_from_db()
    return imported


def people() -> list[dict[str, Any]]:
    """All contacts, with what they have and without what they have not."""
    found = []
    for contact in Contact.objects.order_by("pk"):
        values = {
            "name": contact.name,
            "phones": [str(phone) for phone in contact.phones.all()],
            "company": contact.company.name if contact.company else "",
            "position": contact.position,
            "email": contact.email,
            "responsible": contact.responsible.username if contact.responsible else "",
            "tags": [tag.name for tag in contact.tags.all()],
            "source": contact.source,
            "note": "\n".join(note.text for note in contact.notes.all()),
        }
        found.append({name: value for name, value in values.items() if value})
    return found
