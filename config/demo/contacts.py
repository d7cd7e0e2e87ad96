"""The demo's contacts, and what its staff wrote down about them: tags, notes and tasks."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from config.demo import names
from crm.models import Company, Contact, Note, Tag, Task
from crm.services import add_contact
from crm.services.notes import add_note
from crm.services.tasks import save_task

CONTACTS = 300
TAGS = {
    "VIP": Tag.Colour.VIOLET,
    "Опт": Tag.Colour.BLUE,
    "Постоянный клиент": Tag.Colour.GREEN,
    "Должник": Tag.Colour.RED,
}
POSITIONS = ("директор", "главный бухгалтер", "менеджер по закупкам", "секретарь", "")
SOURCES = ("Сайт", "Реклама", "По рекомендации", "")
NOTES = (
    "Просил прислать прайс на почту.",
    "Удобно звонить после 14:00.",
    "Сравнивает с другим поставщиком, ждёт скидку.",
    "Договор подписан, оригинал придёт почтой.",
    "Номер секретаря, соединяет с директором.",
    "Был недоволен сроком доставки, извинились.",
)
TASKS = (
    (Task.Kind.CALL_BACK, "Перезвонить: вопрос по счёту"),
    (Task.Kind.TASK, "Отправить коммерческое предложение"),
    (Task.Kind.TASK, "Подготовить договор"),
    (Task.Kind.CALL_BACK, "Узнать, подошёл ли образец"),
)
DUE_IN_HOURS = (-30, -3, 1, 4, 22, 49, 120)
"""When tasks are due, from now: some are late."""
WITH_NOTES, WITH_TASKS = 120, 21
NOTED_DAYS_AGO, KNOWN_DAYS_AGO = (1, 60), (65, 500)
FRIDAY = 4


def make_contacts(*, staff: list[User], owner: User, source: random.Random) -> None:
    """Make contacts with companies, numbers and tags; one number belongs to two of them."""
    tags = [Tag.objects.get_or_create(name=name, defaults={"colour": colour})[0] for name, colour in TAGS.items()]
    companies = sorted({names.company(source) for _ in range(60)})
    contacts = [_contact(staff, companies, tags, source) for _ in range(CONTACTS)]
    first = contacts[1].phones.first()
    if first is not None:
        add_contact(name=names.person(source), phones=[first.raw], company=Company.objects.all()[0].name)
    _write_notes(source.sample(contacts, WITH_NOTES), staff, source)
    _set_tasks(source.sample(contacts, WITH_TASKS), [owner, *staff])
    _date_back(source)


def _contact(staff: list[User], companies: list[str], tags: list[Tag], source: random.Random) -> Contact:
    numbers = [names.mobile(source)]
    if source.random() < 0.25:
        numbers.append(names.landline(source))
    at_work = source.random() < 0.7
    return add_contact(
        name=names.person(source),
        phones=numbers,
        company=source.choice(companies) if at_work else "",
        position=source.choice(POSITIONS) if at_work else "",
        responsible=source.choice(staff) if source.random() < 0.8 else None,
        source=source.choice(SOURCES),
        tags=[tag for tag in tags if source.random() < 0.15],
    )


def _write_notes(contacts: list[Contact], staff: list[User], source: random.Random) -> None:
    for contact in contacts:
        note = add_note(text=source.choice(NOTES), author=source.choice(staff), contact=contact)
        Note.objects.filter(pk=note.pk).update(created_at=_at_work(source.randint(*NOTED_DAYS_AGO), source))


def _date_back(source: random.Random) -> None:
    """They were known before anybody wrote about them, or called."""
    Company.objects.update(created_at=_at_work(KNOWN_DAYS_AGO[1] + 1, source))
    contacts = list(Contact.objects.order_by("pk"))
    for contact in contacts:
        contact.created_at = _at_work(source.randint(*KNOWN_DAYS_AGO), source)
    Contact.objects.bulk_update(contacts, ["created_at"])


def _at_work(days_ago: int, source: random.Random) -> datetime:
    """A moment of a working day about so long ago."""
    day = timezone.localtime() - timedelta(days=days_ago)
    day -= timedelta(days=max(0, day.weekday() - FRIDAY))
    return day.replace(hour=source.randint(9, 17), minute=source.randint(0, 59), second=0, microsecond=0)


def _set_tasks(contacts: list[Contact], people: list[User]) -> None:
    """Everybody gets some, the owner first: the page of tasks shows one's own."""
    for number, contact in enumerate(contacts):
        assignee = people[number % len(people)]
        kind, title = TASKS[number % len(TASKS)]
        due_at = timezone.now() + timedelta(hours=DUE_IN_HOURS[number % len(DUE_IN_HOURS)])
        save_task(task=Task(kind=kind, title=title, contact=contact, due_at=due_at, assignee=assignee), user=assignee)
