"""In the place of `db_index`, of which PostgreSQL keeps two: the second one, for texts that begin alike, nobody asks."""

from django.db import migrations, models


class AddIndexBeside(migrations.AddIndex):
    """PostgreSQL builds it beside the messages that come meanwhile: the tables are big ones."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != 'postgresql':
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        # Half of one, of an attempt that was ended.
        schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}')
        schema_editor.add_index(to_state.apps.get_model(app_label, self.model_name), self.index, concurrently=True)


class Migration(migrations.Migration):

    atomic = False
    dependencies = [('telephony', '0068_clocks_that_were_put_back')]

    operations = [
        AddIndexBeside(model_name='call', index=models.Index(fields=['client_e164'], name='call_of_number')),
        AddIndexBeside(model_name='call', index=models.Index(fields=['client_match', '-started_at'], name='call_of_last_digits')),
        AddIndexBeside(
            model_name='callevent', index=models.Index(fields=['fingerprint'], name='event_of_fingerprint')
        ),
    ]
