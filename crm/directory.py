"""The CRM's answers to telephony: whose number is this, what is known of them, what can be done about a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from crm.access import may, visible_notes, visible_tasks
from crm.models import Contact, Note, Task
from crm.selectors.contacts import matching
from crm.texts import one_line
from telephony.database.reading import Given, Prepared
from telephony.database.together import Answers, Question
from telephony.domain import numbers as phones
from telephony.domain.directory import Action, ContactCard, ContactDetails, DetailLine
from telephony.domain.events import Phone
from telephony.models import Call

FEW_TASKS, FEW_NOTES = 3, 2
LINE = 120
"""So many characters of a note are on a card."""


def _with_phone(**number: Any) -> QuerySet[Contact]:
    contacts = Contact.objects.filter(**number).select_related("company")
    contacts = contacts.annotate(responsible_is_active=F("responsible__is_active"))
    return contacts.defer("search_text", "company__search_text").order_by("id").distinct()[:20]


_OF_NUMBER = Prepared(lambda: _with_phone(phones__e164=Given("number")))
_OF_DIGITS = Prepared(lambda: _with_phone(phones__last10=Given("last10")))
_OF_UNREADABLE = Prepared(lambda: _with_phone(phones__last10=Given("last10"), phones__e164=""))
"""Two valid numbers may end in the same 10 digits and are two numbers."""


class CrmDirectory:
    """Finds contacts by E.164; a number that is no valid one, or unknown so, by its last 10 digits."""

    def asks(self, phone: Phone) -> list[Question]:
        """What `find` wants to know, in its order: the first that finds somebody counts."""
        last10 = phones.last_digits(phone.e164 or phone.raw)
        if phone.e164:
            return [Question(_OF_NUMBER, {"number": phone.e164}), Question(_OF_UNREADABLE, {"last10": last10})]
        return [Question(_OF_DIGITS, {"last10": last10})] if last10 else []

    def find(self, phone: Phone, answers: Answers | None = None) -> list[ContactCard]:
        """Contacts with this number, the one added first leading."""
        questions = self.asks(phone)
        # Asked at once: of a stranger the second answer is wanted, too.
        answers = answers or Answers(questions)
        found = next((rows for one in questions if (rows := answers.of(one))), [])
        return [_card(contact) for contact in found]

    def actions(self, call: Call, user: Any) -> Sequence[Action]:
        """Whose call it is, as long as nobody knows; and what to remember or to do. Only what the user may."""
        views, actions = may(user, "view", Contact), []
        if views and call.contact_id is None:
            if may(user, "add", Contact):
                actions.append(_action("contact-new", _("New contact"), "person_add", "crm:card-contact-new", call))
            if may(user, "change", Contact):
                actions.append(_action("attach", _("Choose contact"), "person_search", "crm:card-attach", call))
        if may(user, "view", Task) and may(user, "add", Task):
            actions.append(_action("task", _("Task"), "task_alt", "crm:card-task", call))
            actions.append(_action("callback", _("Call back"), "phone_callback", "crm:card-callback", call))
        if views and call.contact_id is not None and may(user, "change", Contact):
            actions.append(_action("attach", _("Somebody else"), "person_search", "crm:card-attach", call))
        return actions

    def details(self, contact_pk: int, user: Any) -> ContactDetails:
        """Open tasks, the most urgent first, and the latest notes."""
        tasks = visible_tasks(user, Task.objects.filter(contact=contact_pk, done_at=None)).order_by("due_at", "pk")
        notes = visible_notes(user, Note.objects.filter(contact=contact_pk)).order_by("-created_at", "-pk")
        url, now = reverse("crm:contact", args=[contact_pk]), timezone.now()
        return ContactDetails(
            tasks=[
                DetailLine(title=task.title, url=url, at=task.due_at, overdue=task.due_at < now)
                for task in tasks[:FEW_TASKS]
            ],
            notes=[
                DetailLine(title=Truncator(note.text).chars(LINE), url=url, at=note.created_at)
                for note in notes[:FEW_NOTES]
            ],
        )

    def search(self, term: str) -> Any:
        """Primary keys of the contacts that this finds: names, companies, emails, parts of numbers."""
        return matching(Contact.objects.order_by(), term).values("pk")


def _action(key: str, label: str | Promise, icon: str, page: str, call: Call) -> Action:
    return Action(key=key, label=label, icon=icon, url=f"{reverse(page)}?{urlencode({'call': call.pk})}")


def _card(contact: Any) -> ContactCard:
    return ContactCard(
        pk=contact.pk,
        name=one_line(contact.name),
        company=one_line(contact.company.name) if contact.company else "",
        responsible_id=contact.responsible_id,
        responsible_is_active=contact.responsible_is_active,
        url=contact.get_absolute_url(),
    )
