"""Where a person stands in the CRM, for erasing a number: telephony/erasure/places.py has the rest of the list.

What the number leads to by an index goes by crm/services/forgetting.py; here is what has to be read for it.
"""

from __future__ import annotations

from django.db.models import QuerySet

from crm.models import ContactImport
from crm.services.sole_traders import forget_in_companies
from telephony.erasure import Names, Place, delete_rows

WITH_CONTACT = "Goes with the contact, or with the call of nobody; what was written about others is not searched."


def _forget_in_imports(rows: QuerySet[ContactImport], names: Names) -> None:
    """A file may be called by the number; one without heads has a person's data where they would be."""
    for imported in rows:
        imported.name = "" if names(imported.name) else imported.name
        imported.columns = ["" if names(head) else head for head in imported.columns]
        imported.people = {name: user for name, user in imported.people.items() if not names(name)}
        imported.reading = {key: value for key, value in imported.reading.items() if not names(value)}
        imported.report = {}
        imported.save(update_fields=["name", "columns", "people", "reading", "report"])


PLACES = [
    Place(
        model="crm.Contact",
        person=("name", "position", "email", "source", "search_text"),
        how="Goes; one that has another number, too, loses this one only, and keeps its name.",
    ),
    Place(model="crm.ContactPhone", person=("raw", "e164", "extension", "last10", "match"), how="Goes."),
    Place(model="crm.Note", person=("text",), how=WITH_CONTACT),
    Place(model="crm.Task", person=("title", "text"), how=WITH_CONTACT),
    Place(
        model="crm.ContactImport",
        person=("name", "columns", "people", "reading", "report"),
        nobody=("fields", "digest", "language", "error"),
        how="The number goes; the report goes whatever it says.",
        forget=_forget_in_imports,
    ),
    Place(
        model="crm.ContactImportFile",
        person=("content",),
        how="Files that are not imported yet go, all of them: the number may be anywhere in them.",
    ),
    Place(
        model="crm.ContactImportRow",
        person=("values", "noted", "error", "warnings", "made"),
        how="Goes: rows that became the contact, and rows that name the number.",
        forget=delete_rows,
    ),
    Place(
        model="crm.Company",
        person=("name", "site", "email", "search_text"),
        how="A sole trader's goes: without other people, and named like the person. Others stay, without the number.",
        forget=forget_in_companies,
    ),
    Place(model="crm.Tag", nobody=("name",)),
    Place(model="crm.MergedContact", nobody=("moved",)),
    Place(
        model="crm.ApiToken",
        nobody=(
            *("digest", "token_key", "name", "scopes", "password_mark"),
            *("last_used_from", "ended_by"),
        ),
    ),
]
