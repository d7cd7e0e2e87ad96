"""Missed clients, what people decided about them, and rules; administrators may make the rules."""

import django.core.validators
import django.db.models.deletion
from django.apps import apps as installed_apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models


def let_make_rules(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config('telephony')
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model('auth', 'Group'), apps.get_model('auth', 'Permission')
    names = [f'{what}_missedrule' for what in ('view', 'add', 'change', 'delete')]
    rights = list(Permission.objects.filter(content_type__app_label='telephony', codename__in=names))
    for group in Group.objects.filter(permissions__codename='change_line') if rights else []:
        group.permissions.add(*rights)


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0017_parts_of_numbers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        migrations.swappable_dependency(settings.TELEPHONY_CONTACT_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MissedDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_key', models.CharField(db_index=True, editable=False, help_text="Whose: the client's number at that time.", max_length=50)),
                ('at', models.DateTimeField(help_text='Never before the calls that were to be seen then.', verbose_name='when')),
                ('kind', models.CharField(choices=[('taken', 'took it'), ('given', 'gave it to somebody'), ('snoozed', 'put it off'), ('closed', 'closed it'), ('reopened', 'opened it again')], help_text='What was decided.', max_length=10, verbose_name='what')),
                ('until', models.DateTimeField(help_text='Until when it was put off.', null=True, verbose_name='until')),
                ('reason', models.CharField(blank=True, choices=[('called_back', 'called back'), ('called_again', 'called again and was answered'), ('settled', 'settled in another way'), ('not_needed', 'no call back is needed'), ('wrong_number', 'wrong number'), ('spam', 'spam: never ask again')], help_text='Why it is over.', max_length=20, verbose_name='why')),
                ('note', models.CharField(blank=True, help_text="In the user's own words.", max_length=500, verbose_name='note')),
                ('by', models.ForeignKey(help_text='Who decided it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                ('to', models.ForeignKey(help_text='Who is to return it now.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given to')),
            ],
            options={
                'verbose_name': 'decision about a missed client',
                'verbose_name_plural': 'decisions about missed clients',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='MissedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_key', models.CharField(db_index=True, editable=False, help_text="What tells the client's number from others.", max_length=50)),
                ('client_e164', models.CharField(blank=True, help_text='Of the last attempt, where it is valid.', max_length=16, verbose_name="client's number")),
                ('client_raw', models.CharField(help_text='Of the last attempt, as the PBX wrote it.', max_length=200, verbose_name='number as received')),
                ('our_number', models.CharField(blank=True, help_text="The company's number, of the last attempt.", max_length=200, verbose_name='our number')),
                ('attempts', models.PositiveIntegerField(help_text='How often they called and were missed.', verbose_name='attempts')),
                ('first_at', models.DateTimeField(db_index=True, help_text='When the first attempt began.', verbose_name='first missed')),
                ('last_at', models.DateTimeField(help_text='When the last attempt began.', verbose_name='last missed')),
                ('longest_wait', models.PositiveIntegerField(help_text='Of all attempts; empty if no PBX told.', null=True, verbose_name='longest wait, s')),
                ('last_wait', models.PositiveIntegerField(help_text='Of the last attempt.', null=True, verbose_name='last wait, s')),
                ('gave_up_in', models.CharField(choices=[('greeting', 'in the greeting'), ('queue', 'in the queue'), ('ringing', 'while phones rang'), ('unknown', 'not told')], help_text='Where the client was when the last attempt ended.', max_length=10, verbose_name='gave up')),
                ('callbacks', models.PositiveIntegerField(default=0, help_text='How often we called and nobody really talked.', verbose_name='failed call backs')),
                ('last_callback_at', models.DateTimeField(help_text='When the last of these began.', null=True, verbose_name='last call back')),
                ('known', models.BooleanField(default=False, help_text='A contact has this number.', verbose_name='known')),
                ('due_at', models.DateTimeField(help_text='Until when somebody should have called back.', verbose_name='due')),
                ('state', models.CharField(choices=[('open', 'open'), ('taken', 'taken'), ('snoozed', 'put off'), ('returned', 'talked with'), ('closed', 'closed')], help_text='What became of it.', max_length=10, verbose_name='state')),
                ('snoozed_until', models.DateTimeField(help_text='Then it is open again.', null=True, verbose_name='put off until')),
                ('closed_at', models.DateTimeField(db_index=True, help_text='When the talk began, or a person closed it.', null=True, verbose_name='over')),
                ('closed_reason', models.CharField(blank=True, choices=[('called_back', 'called back'), ('called_again', 'called again and was answered'), ('settled', 'settled in another way'), ('not_needed', 'no call back is needed'), ('wrong_number', 'wrong number'), ('spam', 'spam: never ask again')], help_text='Why.', max_length=20, verbose_name='why')),
                ('assignee', models.ForeignKey(help_text='Who took it, or was given it, or whom the rule names.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='missed_items', to=settings.AUTH_USER_MODEL, verbose_name='who returns it')),
                ('closed_by', models.ForeignKey(help_text='Who talked, or who closed it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by')),
                ('closing_call', models.ForeignKey(help_text='The talk that ended the waiting.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='telephony.call', verbose_name='talk')),
                ('connection', models.ForeignKey(help_text='Of the last attempt.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='telephony.connection', verbose_name='connection')),
                ('contact', models.ForeignKey(blank=True, help_text='All numbers of a contact are one client.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.TELEPHONY_CONTACT_MODEL, verbose_name='contact')),
                ('first_call', models.ForeignKey(help_text='The first attempt.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='telephony.call', verbose_name='first call')),
                ('last_call', models.ForeignKey(help_text='The last attempt.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='telephony.call', verbose_name='last call')),
                ('taken_by', models.ForeignKey(help_text='Who said that they do it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken by')),
                ('team', models.ForeignKey(help_text="Whose members are to take it, while it is nobody's.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='telephony.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'missed client',
                'verbose_name_plural': 'missed clients',
                'ordering': ['due_at', 'id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ('open', 'taken', 'snoozed'))), fields=['assignee', 'due_at'], name='missed_of'), models.Index(condition=models.Q(('state__in', ('open', 'taken', 'snoozed'))), fields=['due_at'], name='missed_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'taken', 'snoozed'))), fields=('client_key',), name='missed_once')],
            },
        ),
        migrations.CreateModel(
            name='MissedRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('responsible', "the contact's person in charge"), ('last_talked', 'who talked with them last'), ('rang', 'the team whose phones rang: whoever takes it'), ('round_robin', "the team's members in turn"), ('fixed', 'always the same person')], default='responsible', help_text='Where this names nobody: the person in charge, who talked last, the team whose phones rang.', max_length=12, verbose_name='who returns them')),
                ('minutes', models.PositiveIntegerField(default=30, help_text='Of working time. Then it is overdue, and supervisors see it.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='within, minutes')),
                ('connection', models.ForeignKey(blank=True, help_text='Whose missed calls; empty: of all connections that have no rule of their own.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='missed_rules', to='telephony.connection', verbose_name='connection')),
                ('line', models.ForeignKey(blank=True, help_text="Only calls to this number; it goes before the connection's rule.", null=True, on_delete=django.db.models.deletion.CASCADE, related_name='missed_rules', to='telephony.line', verbose_name='our number')),
                ('team', models.ForeignKey(blank=True, help_text="Whose members take turns, or are to take it; empty: of whoever's phone rang last.", null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='telephony.team', verbose_name='team')),
                ('user', models.ForeignKey(blank=True, help_text='Always the same person: this one.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name': 'rule for missed calls',
                'verbose_name_plural': 'rules for missed calls',
                'ordering': ['connection', 'line', 'id'],
                'constraints': [models.UniqueConstraint(fields=('line',), name='missed_rule_of_line_once'), models.UniqueConstraint(condition=models.Q(('line', None)), fields=('connection',), name='missed_rule_of_connection_once')],
            },
        ),
        migrations.RunPython(let_make_rules, migrations.RunPython.noop),
    ]
