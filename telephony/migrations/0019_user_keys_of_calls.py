"""Hashes the keys in legs, and encrypts those in events. Nothing else of a call changes: folded anew, it is the same.

In batches, each committed: it may be interrupted and run again. What is hidden already is left alone.
"""

from collections import defaultdict

from django.db import migrations
from django.db.models import ExpressionWrapper, F, JSONField, Max

from telephony.models.encrypted import DUMPED
from telephony.privacy import user_keys

LEGS = 5000
EVENTS = 500
"""Rows of a batch."""


def hash_keys_of_legs(apps, schema_editor):
    legs = apps.get_model('telephony', 'CallLeg').objects.using(schema_editor.connection.alias)
    for batch in _ranges(legs, LEGS):
        of_key = defaultdict(list)
        for pk, key in batch.exclude(key_hash='').values_list('pk', 'key_hash'):
            if not user_keys.is_hash(key):
                of_key[key].append(pk)
        for key, found in of_key.items():
            batch.filter(pk__in=found).update(key_hash=user_keys.make_hash(key))


def encrypt_keys_of_events(apps, schema_editor):
    events = apps.get_model('telephony', 'CallEvent').objects.using(schema_editor.connection.alias)
    # As the database has it: the field itself opens what is encrypted.
    stored = ExpressionWrapper(F('content'), output_field=JSONField())
    for batch in _ranges(events, EVENTS):
        rows = batch.filter(content__has_key='user_key').annotate(stored=stored).only('pk', 'content')
        clear = [row for row in rows if not str(row.stored.get('user_key', '')).startswith(DUMPED)]
        events.bulk_update(clear, ['content'])


def _ranges(rows, size):
    """All rows in pieces, by their keys."""
    last = rows.aggregate(last=Max('pk'))['last'] or 0
    for start in range(0, last + 1, size):
        yield rows.filter(pk__gte=start, pk__lt=start + size).order_by()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('telephony', '0019_user_keys'),
    ]

    operations = [
        migrations.RunPython(hash_keys_of_legs, migrations.RunPython.noop),
        migrations.RunPython(encrypt_keys_of_events, migrations.RunPython.noop),
    ]
