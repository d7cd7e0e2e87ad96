"""Reads the clients' numbers of calls once more, as they are read today, where that may make a difference.

That is where there are more than digits in one, or where it was no public number. Calls and their events change
together; a word for a hidden number is no number any more. In batches, each committed: it may be interrupted and run
again. What changed is printed, by the call's id: what is printed may be kept in a log, so no number is in it.
"""

from collections import Counter

from django.db import migrations, transaction
from django.db.models import Q

from telephony.domain import numbers

BATCH = 500
SHOWN = 20
HIDDEN = 'is a call from a hidden number'
READABLE = 'has a public number now'
OTHER = 'is matched by other digits'


def read_again(apps, schema_editor):
    using = schema_editor.connection.alias
    calls = apps.get_model('telephony', 'Call').objects.using(using)
    unsure = Q(client_e164='') | Q(client_raw__regex=r'[^0-9+]')
    rows = calls.filter(unsure).exclude(client_raw='').select_related('connection').order_by('pk')
    told, last = Counter(), 0
    while batch := list(rows.filter(pk__gt=last).only('client_raw', 'client_e164', 'client_match', 'connection__phone_region')[:BATCH]):
        last = batch[-1].pk
        with transaction.atomic(using=using):
            for call in batch:
                if what := _read_call(call, apps.get_model('telephony', 'CallEvent').objects.using(using)):
                    told[what] += 1
                    if told.total() <= SHOWN:
                        print(f'    Call {call.pk} {what}.')
    lines = apps.get_model('telephony', 'Line').objects.using(using)
    for line in lines.order_by('pk'):
        match = numbers.match_key(line.number)
        same = lines.filter(connection_id=line.connection_id, match=match)
        if match != line.match and not same.exists():
            lines.filter(pk=line.pk).update(match=match)
            told['of our numbers: matched by other digits'] += 1
    for what, count in told.items():
        print(f'    {count} in all: {what}.')


def _read_call(call, events):
    before = call.client_raw
    read = numbers.normalise(before, call.connection.phone_region)
    match = numbers.match_key(before)
    if (read.raw, read.e164, match) == (before, call.client_e164, call.client_match):
        return ''
    what = HIDDEN if not read.raw else READABLE if read.e164 and not call.client_e164 else OTHER
    call.client_raw, call.client_e164, call.client_match = read.raw, read.e164, match
    call.save(update_fields=['client_raw', 'client_e164', 'client_match'])
    for event in events.filter(call_id=call.pk):
        if event.content.get('client_raw') == before:
            event.content = {name: value for name, value in event.content.items() if not name.startswith('client_')}
            event.content |= {name: value for name, value in (('client_raw', read.raw), ('client_e164', read.e164)) if value}
            event.save(update_fields=['content'])
    return what


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('telephony', '0005_outside_prefix'),
    ]

    operations = [
        migrations.RunPython(read_again, migrations.RunPython.noop),
    ]
