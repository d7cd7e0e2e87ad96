"""A row for each call that reports count; nobody has had working hours until now, so no call was outside of them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from telephony.reports.facts import line_of, quarter_of, source_of

BATCH = 5000


def make_rows(apps, schema_editor):
    Call, CallFact = apps.get_model('telephony', 'Call'), apps.get_model('telephony', 'CallFact')
    last = Call.objects.aggregate(last=models.Max('pk'))['last'] or 0
    for first in range(0, last + 1, BATCH):
        calls = Call.objects.filter(pk__gte=first, pk__lt=first + BATCH).values_list(
            'pk', 'started_at', 'connection_id', 'our_number', 'direction', 'status', 'responsible_id', 'tracking',
            'ring_seconds', 'talk_seconds',
        )
        CallFact.objects.bulk_create(
            CallFact(
                call_id=pk, quarter=quarter_of(started_at), connection_id=connection, line=line_of(our_number),
                direction=direction, status=status, user_id=user, source=source_of(tracking),
                wait_seconds=waited, talk_seconds=talked,
            )
            for pk, started_at, connection, our_number, direction, status, user, tracking, waited, talked in calls
        )


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0031_working_hours'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallFact',
            fields=[
                ('call', models.OneToOneField(help_text='Which call.', on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='fact', serialize=False, to='telephony.call', verbose_name='call')),
                ('quarter', models.PositiveIntegerField(db_index=True, help_text='Of its start: how many since 1970 in UTC.', verbose_name='quarter of an hour')),
                ('line', models.CharField(blank=True, help_text='As the call log looks for it.', max_length=200, verbose_name='our number')),
                ('direction', models.CharField(choices=[('incoming', 'incoming'), ('outgoing', 'outgoing'), ('internal', 'internal'), ('unknown', 'unknown')], help_text='Who called whom.', max_length=10, verbose_name='direction')),
                ('status', models.CharField(choices=[('ringing', 'ringing'), ('talking', 'talking'), ('answered', 'answered'), ('no_answer', 'no answer'), ('busy', 'busy'), ('cancelled', 'cancelled'), ('failed', 'failed'), ('unknown', 'unknown')], help_text='State or outcome.', max_length=10, verbose_name='status')),
                ('source', models.CharField(blank=True, help_text='Of the client: utm_source, or Roistat.', max_length=100, verbose_name='source')),
                ('outside', models.BooleanField(default=False, help_text='By the working hours as they were set up then.', verbose_name='outside working hours')),
                ('wait_seconds', models.PositiveIntegerField(help_text='Until the answer, or until the end without one.', null=True, verbose_name='waited, s')),
                ('talk_seconds', models.PositiveIntegerField(help_text='Length of the talk.', null=True, verbose_name='talked, s')),
                ('connection', models.ForeignKey(db_index=False, help_text='At which PBX.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='telephony.connection', verbose_name='connection')),
                ('user', models.ForeignKey(help_text='Who is responsible for the call.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='responsible')),
            ],
            options={
                'verbose_name': 'call in reports',
                'verbose_name_plural': 'calls in reports',
                'default_permissions': (),
            },
        ),
        migrations.RunPython(make_rows, migrations.RunPython.noop),
    ]
