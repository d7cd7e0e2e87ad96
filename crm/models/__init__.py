"""What the CRM stores."""

from crm.models.api_token import ApiToken
from crm.models.company import Company
from crm.models.contact import Contact, ContactPhone
from crm.models.contact_import import ContactImport, ContactImportFile, ContactImportRow
from crm.models.merged import MergedContact
from crm.models.note import Note
from crm.models.tag import Tag
from crm.models.task import Task

__all__ = [
    "ApiToken",
    "Company",
    "Contact",
    "ContactImport",
    "ContactImportFile",
    "ContactImportRow",
    "ContactPhone",
    "MergedContact",
    "Note",
    "Tag",
    "Task",
]
