"""Reads all stored numbers once more, as they are read today, and writes the words that rows are found by anew.

In batches of contacts, each committed: it may be interrupted and run again. A row that held two numbers becomes two;
of two rows that are one number for their contact the older one stays, with the extensions of both. Nothing else is
deleted. What changed is printed, by the contact's id: what is printed may be kept in a log, so no number is in it.
"""

from collections import Counter

from django.conf import settings
from django.db import migrations, transaction

from crm.numbers import both_extensions, key_of, number_in
from crm.words import searchable
from telephony.domain import numbers

BATCH = 500
SHOWN = 50


NOT_ONE = 'a number that is none stays as it is, but nobody who calls is taken for it'
SEVERAL = 'several numbers in one row became rows of their own'
TWICE = 'a number that was there twice is there once'
READABLE = 'a number is read as a public one now'
UNREADABLE = 'a number is no public one any more'
EXTENSION = 'a number has an extension'


def read_again(apps, schema_editor):
    using = schema_editor.connection.alias
    contacts = apps.get_model('crm', 'Contact').objects.using(using)
    told = Counter()
    last = 0
    rows = contacts.order_by('pk').select_related('company').prefetch_related('phones')
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        with transaction.atomic(using=using):
            for contact in batch:
                for what in _read_contact(contact, contacts, using):
                    told[what] += 1
                    if sum(told.values()) <= SHOWN:
                        print(f'    Contact {contact.pk}: {what}.')
    companies = apps.get_model('crm', 'Company').objects.using(using)
    for company in companies.order_by('pk').iterator(chunk_size=BATCH):
        words = searchable(company.name, company.site, emails=[company.email])
        if words != company.search_text:
            companies.filter(pk=company.pk).update(search_text=words)
    for what, count in told.items():
        print(f'    {count} in all: {what}.')


def _read_contact(contact, contacts, using):
    """Bring one contact's numbers up to date; what changed, in words."""
    told, kept = [], {}
    for row in sorted(contact.phones.all(), key=lambda row: row.pk):
        read = numbers.read(row.raw, settings.CRM_PHONE_REGION)
        found = [number for number in read if number.may_be_stored] or [number_in(row.raw)]
        told += [NOT_ONE] * (not found[0].may_be_stored) + [SEVERAL] * (len(found) > 1)
        free = row
        for number in found:
            key = key_of(number)
            if key in kept:
                same = kept[key]
                same.extension = both_extensions(same.extension, number.extension)
                same.save(using=using)
                told.append(TWICE)
                continue
            new, free = free or row.__class__(contact_id=contact.pk), None
            told += _write(new, number, key, using, raw=number.raw if len(found) > 1 else row.raw)
            kept[key] = new
        if free is not None:
            free.delete(using=using)
    words = searchable(
        contact.name,
        contact.company.name if contact.company else '',
        emails=[contact.email],
        numbers=[row.e164 or row.raw for row in kept.values()],
    )
    if words != contact.search_text:
        contacts.filter(pk=contact.pk).update(search_text=words)
    return told


def _write(row, number, key, using, *, raw):
    last10 = numbers.last_digits(number.e164 or number.bare) if number.may_be_stored else ''
    extension = both_extensions(number.extension, row.extension)
    values = {'raw': raw, 'e164': number.e164, 'extension': extension, 'last10': last10, 'match': key}
    told = []
    if row.pk and row.e164 != number.e164:
        told.append(READABLE if number.e164 else UNREADABLE)
    if extension != row.extension:
        told.append(EXTENSION)
    if any(getattr(row, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(row, name, value)
        row.save(using=using)
    return told


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('crm', '0004_number_parts'),
    ]

    operations = [
        migrations.RunPython(read_again, migrations.RunPython.noop),
    ]
