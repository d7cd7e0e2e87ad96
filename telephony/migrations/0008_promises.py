"""Columns and tables of: corrections told to other systems, retention of their messages, the API's limits, erasure's lease.

Who is told how calls end is told from now on, too, when that turns out to be wrong.
"""

from django.db import migrations, models

CORRECTED = 'call.corrected'


def tell_of_corrections(apps, schema_editor):
    subscriptions = apps.get_model('telephony', 'Subscription').objects.using(schema_editor.connection.alias)
    for subscription in subscriptions.only('topics'):
        if 'call.ended' in subscription.topics and CORRECTED not in subscription.topics:
            subscription.topics.append(CORRECTED)
            subscription.save(update_fields=['topics'])


def tell_of_no_corrections(apps, schema_editor):
    """An earlier version knows no such topic."""
    subscriptions = apps.get_model('telephony', 'Subscription').objects.using(schema_editor.connection.alias)
    for subscription in subscriptions.only('topics'):
        if CORRECTED in subscription.topics:
            subscription.topics.remove(CORRECTED)
            subscription.save(update_fields=['topics'])


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0007_recording_is_told'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='told_version',
            field=models.PositiveIntegerField(default=0, editable=False, help_text='How many times other systems were told something of it.'),
        ),
        migrations.AddField(
            model_name='erasure',
            name='lease',
            field=models.CharField(blank=True, editable=False, help_text='Whose turn it is: only this holder goes on with it.', max_length=32),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('recording_expired', 'recording deleted: its time was over'), ('recording_dropped', 'recording dropped: after a replay no message tells of it'), ('recording_deleted', 'recording deleted'), ('recording_held', 'recording kept beyond its time'), ('recording_released', 'recording no longer kept beyond its time'), ('number_erased', "a person's number erased"), ('deliveries_expired', 'old deliveries deleted'), ('notices_expired', 'old outgoing messages deleted')], help_text='What was done.', max_length=30, verbose_name='action'),
        ),
        migrations.AlterField(
            model_name='notice',
            name='topic',
            field=models.CharField(choices=[('call.started', 'a call began'), ('call.answered', 'a call was answered'), ('call.ended', 'a call ended'), ('call.missed', "a client's call was missed"), ('call.corrected', 'what was told of an ended call was wrong'), ('recording.stored', 'a recording was stored')], help_text='What is told.', max_length=30, verbose_name='topic'),
        ),
        migrations.CreateModel(
            name='ApiUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('who', models.CharField(help_text="Key of the user, or the sender's address.", max_length=100, verbose_name='who')),
                ('window', models.BigIntegerField(help_text='Which one, counted from 1970.', verbose_name='window')),
                ('count', models.PositiveIntegerField(default=0, help_text='How many were let through.', verbose_name='requests')),
            ],
            options={
                'verbose_name': 'use of the API',
                'verbose_name_plural': 'uses of the API',
                'constraints': [models.UniqueConstraint(fields=('who', 'window'), name='api_use_once')],
            },
        ),
        migrations.RunPython(tell_of_corrections, tell_of_no_corrections, elidable=True),
    ]
