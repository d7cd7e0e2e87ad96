"""The only question that telephony asks a CRM: whose number is this?

The setting TELEPHONY_CONTACT_DIRECTORY names the class that answers. Telephony has its own foreign key
to the contact model (TELEPHONY_CONTACT_MODEL) but knows nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from telephony.events import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """A contact as telephony shows it."""

    pk: int
    name: str
    """As a person would say it; may be shown on a phone's display."""
    company: str = ""
    responsible_id: int | None = None
    """Primary key of the user who looks after this contact."""
    url: str = ""
    """The contact's page, relative to the site."""


class ContactDirectory(Protocol):
    """What a CRM gives telephony."""

    def find(self, phone: Phone) -> list[ContactCard]:
        """Contacts that have this number, best match first; empty when nobody has.

        Called while a phone rings: answer from an index, within milliseconds.
        """


class EmptyDirectory:
    """Knows nobody: for a project that has no contacts."""

    def find(self, phone: Phone) -> list[ContactCard]:
        return []


@cache
def get_directory() -> ContactDirectory:
    """The directory that TELEPHONY_CONTACT_DIRECTORY names."""
    path = getattr(settings, "TELEPHONY_CONTACT_DIRECTORY", "telephony.directory.EmptyDirectory")
    directory: ContactDirectory = import_string(path)()
    return directory
