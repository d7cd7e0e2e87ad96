"""What the CRM does after a call where a rule of telephony says so: a contact, a tag, a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from crm.access import visible_contacts, visible_tasks
from crm.models import Contact, Tag, Task
from crm.services.contacts import add_contact
from crm.services.tasks import save_task
from telephony import conf
from telephony.after_call.registry import Done, Order, Performer, register
from telephony.calls.contacts import link_earlier_calls
from telephony.domain.events import Phone
from telephony.models import CallRule, RuleEffect
from telephony.ui.presentation import client_name

Kind, Result = RuleEffect.Kind, RuleEffect.Result


def make_contact(order: Order) -> Done:
    """A contact of the call's number, unless somebody has it."""
    call = order.call
    number = Phone(raw=call.client_raw, e164=call.client_e164)
    if not (call.client_e164 or call.client_match):
        return Done(result=Result.NO_NUMBER)
    if found := conf.contact_directory().find(number):
        return Done(result=Result.THERE, made=found[0].pk, contact=order.contact)
    try:
        contact = add_contact(
            name=client_name(call),
            phones=[call.client_e164 or call.client_raw],
            source=order.rule.contact_source,
            responsible=order.fallback,
        )
    except ValidationError:
        return Done(result=Result.NO_NUMBER)
    link_earlier_calls(number=number)
    return Done(result=Result.MADE, made=contact.pk, contact=contact.pk)


def put_tag(order: Order) -> Done:
    """The tag, on the contact whose call it is."""
    contact = Contact.objects.filter(pk=order.contact).first() if order.contact is not None else None
    if contact is None:
        return Done(result=Result.NOBODY)
    name = order.rule.tag
    tag = Tag.objects.filter(name__iexact=name).order_by("pk").first() or Tag.objects.get_or_create(name=name)[0]
    if contact.tags.filter(pk=tag.pk).exists():
        return Done(result=Result.THERE, made=contact.pk)
    contact.tags.add(tag)
    return Done(result=Result.MADE, made=contact.pk)


def set_task(order: Order) -> Done:
    """A task, unless this rule's former one for the same client is still open."""
    open_one = Task.objects.filter(pk__in=order.earlier, done_at=None).order_by("-pk").first()
    if open_one is not None:
        return Done(result=Result.THERE, made=open_one.pk)
    contact = Contact.objects.filter(pk=order.contact).first() if order.contact is not None else None
    calls_back = order.rule.ending in ("missed", "not_reached")
    task = Task(
        kind=Task.Kind.CALL_BACK if calls_back else Task.Kind.TASK,
        title=order.title,
        due_at=order.due_at,
        assignee=_assignee(order, contact),
        contact=contact,
        call=order.call,
    )
    save_task(task=task, user=None)
    return Done(result=Result.MADE, made=task.pk)


def _assignee(order: Order, contact: Contact | None) -> Any:
    in_charge = contact.responsible if contact is not None else None
    asked = order.rule.assignee == CallRule.Assignee.IN_CHARGE
    return in_charge if asked and in_charge is not None and in_charge.is_active else order.fallback


def show_contacts(pks: Sequence[int], user: Any) -> Mapping[int, tuple[str, str]]:
    found = visible_contacts(user, Contact.objects.filter(pk__in=pks))
    return {contact.pk: (contact.name, contact.get_absolute_url()) for contact in found}


def show_tasks(pks: Sequence[int], user: Any) -> Mapping[int, tuple[str, str]]:
    found = visible_tasks(user, Task.objects.filter(pk__in=pks).select_related("contact"))
    page = reverse("crm:tasks")
    return {task.pk: (task.title, task.contact.get_absolute_url() if task.contact else page) for task in found}


def register_all() -> None:
    register(Kind.CONTACT, Performer(do=make_contact, show=show_contacts))
    register(Kind.TAG, Performer(do=put_tag, show=show_contacts))
    register(Kind.TASK, Performer(do=set_task, show=show_tasks))
