"""Those of `db_index` and of foreign keys that other indexes begin with: each one is written with each message.

Only the indexes go. What Django makes of such a change would take away call_of_longer_number as well, which is of the
same column, and check all rows of a foreign key while nobody can write.
"""

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    'telephony_call_client_e164_bd04a9d8': 'telephony_call (client_e164)',
    'telephony_call_client_e164_bd04a9d8_like': 'telephony_call (client_e164 varchar_pattern_ops)',
    'telephony_call_client_match_bd229e8d': 'telephony_call (client_match)',
    'telephony_call_client_match_bd229e8d_like': 'telephony_call (client_match varchar_pattern_ops)',
    'telephony_call_connection_id_fd6da9f9': 'telephony_call (connection_id)',
    'telephony_callevent_call_id_87b9ca06': 'telephony_callevent (call_id)',
    'telephony_callevent_fingerprint_efd2e7f5': 'telephony_callevent (fingerprint)',
    'telephony_callevent_fingerprint_efd2e7f5_like': 'telephony_callevent (fingerprint varchar_pattern_ops)',
    'telephony_callleg_call_id_2eb4a50b': 'telephony_callleg (call_id)',
    'telephony_card_call_id_efbf2fd6': 'telephony_card (call_id)',
    'telephony_delivery_connection_id_d00cafa6': 'telephony_delivery (connection_id)',
    'telephony_recording_call_id_cee7d87a': 'telephony_recording (call_id)',
}


def beside(schema_editor):
    """PostgreSQL does it beside the messages that come meanwhile."""
    return 'CONCURRENTLY' if schema_editor.connection.vendor == 'postgresql' else ''


def drop(apps, schema_editor):
    for name in INDEXES:
        schema_editor.execute(f'DROP INDEX {beside(schema_editor)} IF EXISTS {name}')


def build(apps, schema_editor):
    drop(apps, schema_editor)
    for name, definition in INDEXES.items():
        if schema_editor.connection.vendor == 'postgresql' or not name.endswith('_like'):
            schema_editor.execute(f'CREATE INDEX {beside(schema_editor)} {name} ON {definition}')


class Migration(migrations.Migration):

    atomic = False
    dependencies = [('telephony', '0069_indexes_of_texts')]

    operations = [
        migrations.RunPython(drop, build),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='call',
                    name='client_e164',
                    field=models.CharField(blank=True, help_text='In E.164, where it is valid.', max_length=16, verbose_name="client's number"),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='client_match',
                    field=models.CharField(blank=True, editable=False, help_text='Its last 10 digits, for matching.', max_length=50),
                ),
                migrations.AlterField(
                    model_name='call',
                    name='connection',
                    field=models.ForeignKey(db_index=False, help_text='At which PBX.', on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='telephony.connection', verbose_name='connection'),
                ),
                migrations.AlterField(
                    model_name='callevent',
                    name='call',
                    field=models.ForeignKey(db_index=False, help_text='Which call.', on_delete=django.db.models.deletion.CASCADE, related_name='events', to='telephony.call', verbose_name='call'),
                ),
                migrations.AlterField(
                    model_name='callevent',
                    name='fingerprint',
                    field=models.CharField(help_text='The same for copies of one message.', max_length=64),
                ),
                migrations.AlterField(
                    model_name='callleg',
                    name='call',
                    field=models.ForeignKey(db_index=False, help_text='Which call.', on_delete=django.db.models.deletion.CASCADE, related_name='legs', to='telephony.call', verbose_name='call'),
                ),
                migrations.AlterField(
                    model_name='card',
                    name='call',
                    field=models.ForeignKey(db_index=False, help_text='Which call.', on_delete=django.db.models.deletion.CASCADE, related_name='cards', to='telephony.call', verbose_name='call'),
                ),
                migrations.AlterField(
                    model_name='delivery',
                    name='connection',
                    field=models.ForeignKey(db_index=False, help_text='From which PBX.', on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='telephony.connection', verbose_name='connection'),
                ),
                migrations.AlterField(
                    model_name='recording',
                    name='call',
                    field=models.ForeignKey(db_index=False, help_text='Which call.', on_delete=django.db.models.deletion.CASCADE, related_name='recordings', to='telephony.call', verbose_name='call'),
                ),
            ],
        ),
    ]
