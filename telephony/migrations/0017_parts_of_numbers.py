"""Indexes for parts of a client's number. PostgreSQL only, and built while calls come in.

They belong to no model: elsewhere there are none such. One that was broken off is left behind as invalid: it is
dropped and built anew when the migration runs again.
"""

from django.db import migrations

PARTS = 'ARRAY[' + ', '.join(f'substr(client_match, {place}, 4)' for place in range(1, 8)) + ']'
INDEXES = {
    # A short list of what is still to be sorted in: nobody's webhook is the one that sorts in thousands.
    'call_parts_of_number': f'USING gin (({PARTS})) WITH (gin_pending_list_limit = 256)',
    'call_of_longer_number': '(client_match) WHERE length(client_match) > 10',
}


def build(apps, schema_editor):
    if schema_editor.connection.vendor != 'postgresql':
        return
    table = schema_editor.quote_name(apps.get_model('telephony', 'Call')._meta.db_table)
    for name, definition in INDEXES.items():
        schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
        schema_editor.execute(f'CREATE INDEX CONCURRENTLY {name} ON {table} {definition}')
    # Only now does it know how rare each part is; without that it would read the table.
    schema_editor.execute(f'ANALYZE {table}')


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for name in INDEXES:
            schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('telephony', '0018_connection_use'),
    ]

    operations = [
        migrations.RunPython(build, drop),
    ]
