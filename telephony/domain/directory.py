"""What telephony asks a CRM: whose number is this, what is known of them, and what can be done about a call.

`conf.contact_directory()` is the one that answers. Telephony has its own foreign key to the contact model but
knows nothing else of it. Only `find` is required of a directory: `actions_for`, `details_of` and
`contacts_matching` ask for the rest, where it has that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from telephony.domain.events import Phone

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from telephony.models import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """A contact as telephony shows it."""

    pk: int
    name: str
    """As a person would say it; may be shown on a phone's display."""
    company: str = ""
    responsible_id: int | None = None
    """Primary key of the user who looks after this contact."""
    responsible_is_active: bool | None = None
    """Whether that user still works here; None where the directory does not say, and telephony looks."""
    url: str = ""
    """The contact's page, relative to the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that a person can do about a call, as a button on its card."""

    key: str
    """Its name in the page's HTML, like `note`: letters and dashes, once in a list."""
    label: str | Promise
    icon: str
    """Name of a Material symbol, like `edit_note`."""
    url: str
    """Address of an HTML fragment (GET) that is shown in a dialog of the card: a form that htmx sends.

    When it is done, its answer has the header `HX-Trigger: crm-saved`: the dialog closes, and the card is read anew.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailLine:
    """A task or a note of a contact, on one line."""

    title: str
    url: str = ""
    """Its page, relative to the site."""
    at: datetime | None = None
    """Of a task, when it is due; of a note, when it was written."""
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """What is worth knowing of a contact while it is on the phone; a few lines of each."""

    tasks: Sequence[DetailLine] = ()
    """Open ones, the most urgent first."""
    notes: Sequence[DetailLine] = ()
    """Newest first."""


class ContactDirectory(Protocol):
    """What a CRM gives telephony."""

    def find(self, phone: Phone) -> list[ContactCard]:
        """Contacts that have this number, best match first; empty when nobody has.

        Called while a phone rings: answer from an index, within milliseconds. A directory that has
        `asks(phone) -> Sequence[Question]` as well (database/together.py) is spared the way to the database for a new
        call: those questions go with the call's, and it is called as `find(phone, answers)`.
        """

    def actions(self, call: Call, user: Any) -> Sequence[Action]:
        """What this user may do about the call; also of a call that is nobody's contact's."""

    def details(self, contact_pk: int, user: Any) -> ContactDetails:
        """What this user may know of the contact."""


class EmptyDirectory:
    """Knows nobody: for a project that has no contacts."""

    def find(self, phone: Phone) -> list[ContactCard]:
        return []

    def actions(self, call: Call, user: Any) -> Sequence[Action]:
        return ()

    def details(self, contact_pk: int, user: Any) -> ContactDetails:
        return ContactDetails()


def actions_for(directory: ContactDirectory, call: Call, user: Any) -> Sequence[Action]:
    """The directory's actions; none where it has only `find`."""
    ask = getattr(directory, "actions", None)
    return ask(call, user) if ask is not None else ()


def details_of(directory: ContactDirectory, contact_pk: int, user: Any) -> ContactDetails:
    """The directory's details; none where it has only `find`."""
    ask = getattr(directory, "details", None)
    return ask(contact_pk, user) if ask is not None else ContactDetails()


def contacts_matching(directory: ContactDirectory, term: str) -> Any:
    """Primary keys of the contacts that this term finds, as a subquery; none where the directory can't search.

    The directory may have `search(term) -> QuerySet`, of values or contacts: names, companies, parts of numbers.
    """
    ask = getattr(directory, "search", None)
    return ask(term) if ask is not None else ()
