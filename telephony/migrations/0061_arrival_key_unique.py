from django.db import migrations, models

CONSTRAINT = models.UniqueConstraint(fields=('arrival_key',), name='delivery_arrives_once')


def make(apps, editor):
    """PostgreSQL builds the index beside the messages that come meanwhile: the table is a big one."""
    delivery = apps.get_model('telephony', 'Delivery')
    if editor.connection.vendor != 'postgresql':
        editor.add_constraint(delivery, CONSTRAINT)
        return
    editor.execute('DROP INDEX IF EXISTS delivery_arrives_once')  # Half of one, of an attempt that was ended.
    editor.execute('CREATE UNIQUE INDEX CONCURRENTLY delivery_arrives_once ON telephony_delivery (arrival_key)')
    editor.execute('ALTER TABLE telephony_delivery ADD CONSTRAINT delivery_arrives_once UNIQUE USING INDEX delivery_arrives_once')


def drop(apps, editor):
    editor.remove_constraint(apps.get_model('telephony', 'Delivery'), CONSTRAINT)


class Migration(migrations.Migration):

    atomic = False
    dependencies = [('telephony', '0060_arrivals_once')]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make, drop)],
            state_operations=[migrations.AddConstraint(model_name='delivery', constraint=CONSTRAINT)],
        ),
    ]
