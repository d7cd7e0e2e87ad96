"""Thousands of spellings of known numbers: each is found by its own calls, and no stranger's call finds anybody."""

from __future__ import annotations

import pytest

from crm.directory import CrmDirectory
from crm.models import Contact, ContactPhone
from crm.numbers import numbers_in
from crm.services import add_contact
from telephony.domain import numbers
from tests.numbers.spellings import Spelled, Speller
from tests.rounds import rounds

SPELLINGS, SAVED = rounds(200, full=10_000), rounds(30, full=100)
REGION = "RU"


@pytest.fixture(scope="module")
def spelled() -> tuple[Speller, list[Spelled]]:
    speller = Speller(seed=20261127)
    return speller, [speller.spell() for _ in range(SPELLINGS)]


def test_every_spelling_is_read_as_what_it_means(spelled: tuple[Speller, list[Spelled]]) -> None:
    wrong = []
    for cell in spelled[1]:
        read = {number.e164: number.extension for number in numbers.read(cell.text, REGION)}
        if read != cell.numbers:
            wrong.append((cell.text, cell.numbers, read))
    assert wrong == []


def test_what_is_stored_of_a_number_reads_the_same_again(spelled: tuple[Speller, list[Spelled]]) -> None:
    for cell in spelled[1]:
        for number in numbers.read(cell.text, REGION):
            (again,) = numbers.read(number.raw, REGION)
            assert (again.e164, again.extension) == (number.e164, number.extension), cell.text


@pytest.mark.django_db
def test_they_are_found_by_their_own_calls_and_no_stranger_finds_them(
    spelled: tuple[Speller, list[Spelled]],
) -> None:
    speller, cells = spelled
    contacts = Contact.objects.bulk_create(Contact(name=cell.text[:200]) for cell in cells)
    rows = []
    for contact, cell in zip(contacts, cells, strict=True):
        for number in numbers_in(cell.text):
            row = ContactPhone(contact=contact, raw=number.raw)
            row.take_apart()
            rows.append(row)
    ContactPhone.objects.bulk_create(rows, batch_size=1000)
    find = CrmDirectory().find
    strangers = [speller.new_number() for _ in range(SPELLINGS // 2)]
    for contact, cell in zip(contacts, cells, strict=True):
        for number in cell.numbers:
            caller = speller.caller(number)
            assert [card.pk for card in find(numbers.normalise(caller, REGION))] == [contact.pk], (cell, caller)
        strangers += [f"+7{window}" for window in windows(cell.digits)][-1:]
    own = {number for cell in cells for number in cell.numbers}
    for stranger in sorted(set(strangers) - own)[:SPELLINGS]:
        caller = speller.caller(stranger)
        assert find(numbers.normalise(caller, REGION)) == [], caller


def windows(digits: str) -> list[str]:
    """Each ten digits in a row that are a Russian number: whom a match of digits across an extension would find."""
    tens = (digits[start : start + 10] for start in range(len(digits) - 9))
    return [ten for ten in tens if numbers.to_e164(f"+7{ten}", REGION)]


@pytest.mark.django_db
def test_some_of_them_saved_as_people_save_them() -> None:
    speller = Speller(seed=7)
    for cell in [speller.spell() for _ in range(SAVED)]:
        contact = add_contact(name="Иван", phones=[cell.text])
        assert {row.e164: row.extension for row in contact.phones.all()} == cell.numbers
