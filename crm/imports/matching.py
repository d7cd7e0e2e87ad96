"""Who in the CRM, or further up in the file, a row may be; and whether that is a question for a person.

Two people who share a number or an address are never made one by themselves: only who has the name, too, is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q
from django.db.models.functions import Lower

from crm.imports.drafts import Draft
from crm.imports.telephones import keys_of
from crm.models import Contact, ContactImport, ContactPhone
from telephony.domain import numbers

Answer = ContactImport.Answer
_AT_ONCE = 500
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who is there already: a contact, or a row of the file that will be one."""

    name: str
    pk: int | None = None
    row: int | None = None

    @property
    def is_named(self) -> bool:
        """Not called by a number or an address only."""
        return bool(_WORD.search(self.name)) and "@" not in self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a row is: somebody new, `person`, or a question about `person`."""

    person: Person | None = None
    is_question: bool = False
    proposed: str = ""
    """The answer that is proposed to a question."""
    shared: str = ""
    """The number or address that both have."""


class Known:
    """The people that rows are compared with. `prime` it with the rows' drafts before they are asked for."""

    def __init__(self) -> None:
        self._by_key: dict[str, dict[Person, set[str]]] = {}  # Each with the extensions that it has there.
        self._people: dict[int, Person] = {}

    def prime(self, drafts: Iterable[Draft]) -> None:
        """Read the contacts that have the numbers or addresses of these."""
        wanted = {key.partition("#")[0] for draft in drafts for key in keys(draft)}
        addresses = {key for key in wanted if key.startswith("@")}
        for some in _batches(sorted(wanted - addresses)):
            self._read_numbers(some)
        if addresses:
            self._read_addresses(addresses)

    def add(self, draft: Draft, person: Person) -> None:
        """The row is somebody now, whom later rows are compared with."""
        for key in keys(draft):
            self._put(key, person)

    def match(self, draft: Draft) -> Match:
        """Who the row is."""
        shared: dict[Person, str] = {}
        related: dict[Person, str] = {}
        for key in keys(draft):
            number, _sign, extension = key.partition("#")
            for person, extensions in self._by_key.get(number, {}).items():
                # Two extensions of one number are two people, unless they have one name.
                is_shared = extension in extensions or "" in (extension, *extensions)
                (shared if is_shared else related).setdefault(person, key)
        same = [person for person in _in_order({**shared, **related}) if words_of(person.name) == words_of(draft.name)]
        people = _in_order(shared)
        if same or not people:
            return Match(person=same[0] if same else None)
        if len(people) == 1 and not (draft.is_named and people[0].is_named):
            return Match(person=people[0])
        nearest = next((person for person in people if _may_be_same(person.name, draft.name)), people[0])
        proposed = Answer.SAME if _may_be_same(nearest.name, draft.name) else Answer.OTHER
        return Match(person=nearest, is_question=True, proposed=str(proposed), shared=_told(shared[nearest], draft))

    def _read_numbers(self, wanted: Sequence[str]) -> None:
        e164 = [key for key in wanted if key.startswith("+")]
        last10 = [key for key in wanted if not key.startswith("+")]
        phones = ContactPhone.objects.filter(Q(e164__in=e164) | Q(last10__in=last10)).order_by("id")
        stored = phones.values_list("contact_id", "contact__name", "e164", "last10", "extension")
        for pk, name, valid, ending, extension in stored:
            for key in [*keys_of(valid, extension), *keys_of(ending, extension)]:
                self._put(key, self._person(pk, name))

    def _read_addresses(self, wanted: set[str]) -> None:
        """No index finds addresses whatever their case: few are looked for by the database, many among all."""
        contacts = Contact.objects.exclude(email="").order_by("id")
        if len(wanted) <= _AT_ONCE:
            contacts = contacts.alias(lower=Lower("email")).filter(lower__in=[address[1:] for address in wanted])
        for pk, name, email in contacts.values_list("pk", "name", "email").iterator(chunk_size=2000):
            if "@" + email.casefold() in wanted:
                self._put("@" + email.casefold(), self._person(pk, name))

    def _person(self, pk: int, name: str) -> Person:
        return self._people.setdefault(pk, Person(name, pk=pk))

    def _put(self, key: str, person: Person) -> None:
        number, _sign, extension = key.partition("#")
        if number:
            self._by_key.setdefault(number, {}).setdefault(person, set()).add(extension)


def _in_order(people: Iterable[Person]) -> list[Person]:
    """Contacts first, in the order in which they were added; then rows of the file."""
    return sorted(people, key=lambda person: (person.pk is None, person.pk or person.row or 0))


def keys(draft: Draft) -> list[str]:
    """What a draft is compared by: its numbers, and its address with an @ before it."""
    return [*draft.keys, *(["@" + draft.email.casefold()] if draft.email else [])]


def words_of(name: str) -> tuple[str, ...]:
    """A name's words, in whatever order they are: Иван Петров is Петров Иван."""
    return tuple(sorted(_WORD.findall(name.casefold().replace("ё", "е"))))


def _may_be_same(one: str, other: str) -> bool:
    """Whether the names don't contradict each other: Иван and Иван Петров, И. Петров and Иван Петров."""
    few, many = sorted((words_of(one), words_of(other)), key=len)
    left = list(many)
    for word in sorted(few, key=len, reverse=True):
        fitting = next(
            (other for other in left if other == word or (1 in (len(word), len(other)) and other[0] == word[0])), None
        )
        if fitting is None:
            return False
        left.remove(fitting)
    return bool(few)


def _told(key: str, draft: Draft) -> str:
    if key.startswith("@"):
        return draft.email
    e164, _sign, extension = key.partition("#")
    return numbers.shown(e164, extension) if e164.startswith("+") else e164


def _batches(rows: Iterable[str]) -> Iterator[list[str]]:
    left = iter(rows)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
