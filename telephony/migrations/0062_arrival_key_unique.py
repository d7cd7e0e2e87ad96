from django.db import migrations, models

MAKE = (
    'DROP INDEX IF EXISTS delivery_arrives_once',  # Half of one, of an attempt that was ended.
    'CREATE UNIQUE INDEX CONCURRENTLY delivery_arrives_once ON telephony_delivery (arrival_key)',
    'ALTER TABLE telephony_delivery ADD CONSTRAINT delivery_arrives_once UNIQUE USING INDEX delivery_arrives_once',
)


class AddConstraintBeside(migrations.AddConstraint):
    """PostgreSQL builds the index beside the messages that come meanwhile: the table is a big one."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != 'postgresql':
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        for statement in MAKE:
            schema_editor.execute(statement)


class Migration(migrations.Migration):

    atomic = False
    dependencies = [('telephony', '0061_arrivals_once')]

    operations = [
        AddConstraintBeside(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('arrival_key',), name='delivery_arrives_once'),
        ),
    ]
