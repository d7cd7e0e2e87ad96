"""Reports by e-mail; whoever makes teams orders them for others, too."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import telephony.models.validators
from django.conf import settings
from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models


def let_order(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config('telephony')
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model('auth', 'Group'), apps.get_model('auth', 'Permission')
    right = Permission.objects.filter(content_type__app_label='telephony', codename='add_reportsubscription').first()
    for group in Group.objects.filter(permissions__codename='add_team') if right else []:
        group.permissions.add(right)


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0032_call_facts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(choices=[('day', 'yesterday, every morning'), ('week', 'last week, on Mondays')], help_text='And how often.', max_length=10, verbose_name='which figures')),
                ('hour', models.PositiveSmallIntegerField(default=8, help_text='At which full hour it is sent, 0 to 23.', validators=[django.core.validators.MaxValueValidator(23)], verbose_name='hour')),
                ('time_zone', models.CharField(help_text='Of the hour and of the days, like Europe/Moscow.', max_length=63, validators=[telephony.models.validators.validate_time_zone], verbose_name='time zone')),
                ('language', models.CharField(help_text='In which it is written.', max_length=10, verbose_name='language')),
                ('origin', models.CharField(editable=False, help_text="The site's address, which links in the mail begin with.", max_length=300)),
                ('next_at', models.DateTimeField(db_index=True, editable=False, help_text='When the next one is due.', verbose_name='next one')),
                ('teams', models.ManyToManyField(blank=True, help_text='Only calls with these teams; none chosen: all that this person may see.', related_name='+', to='telephony.team', verbose_name='teams')),
                ('user', models.ForeignKey(help_text='The figures are those of the calls that this person may see.', on_delete=django.db.models.deletion.CASCADE, related_name='report_subscriptions', to=settings.AUTH_USER_MODEL, verbose_name='who gets it')),
            ],
            options={
                'verbose_name': 'report by e-mail',
                'verbose_name_plural': 'reports by e-mail',
                'ordering': ['user', 'period', 'hour'],
            },
        ),
        migrations.CreateModel(
            name='ReportMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text="On which it is due, in the report's time zone.", verbose_name='day')),
                ('is_trial', models.BooleanField(default=False, help_text='Somebody asked for one at once.', verbose_name='on demand')),
                ('state', models.CharField(choices=[('waiting', 'waits to be sent'), ('sending', 'being sent'), ('sent', 'sent'), ('skipped', 'not sent'), ('failed', 'could not be sent'), ('unclear', 'perhaps sent')], default='waiting', help_text='What became of it.', max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, choices=[('inactive', 'This person may not sign in any more.'), ('no_right', 'This person may not see calls any more.'), ('no_address', 'This person has no e-mail address: an administrator can add it under Employees.'), ('not_set_up', 'No mail server is set up: an administrator sets EMAIL_URL.'), ('refused', 'The mail server refused it.'), ('no_server', 'The mail server could not be reached.'), ('internal', "Something went wrong here; the worker's log says more."), ('cut_off', 'It was cut off while the mail server took it, and is not sent again by itself.')], help_text='Why.', max_length=20, verbose_name='reason')),
                ('answer', models.CharField(blank=True, help_text='To the last attempt, if it refused.', max_length=200, verbose_name="mail server's answer")),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, help_text='When it was planned.', verbose_name='planned')),
                ('handed_over_at', models.DateTimeField(help_text='When the mail server began to take it; empty if it did not.', null=True, verbose_name='handed over')),
                ('sent_at', models.DateTimeField(help_text='When the mail server had taken it.', null=True, verbose_name='sent')),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, help_text='When a worker takes it, or may take it over.', null=True, verbose_name='next try')),
                ('lease', models.CharField(blank=True, editable=False, help_text='Token of whoever sends it.', max_length=32)),
                ('attempts', models.PositiveSmallIntegerField(default=0, help_text='How many times it was begun.', verbose_name='attempts')),
                ('subscription', models.ForeignKey(help_text='Which report.', on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='telephony.reportsubscription', verbose_name='report')),
            ],
            options={
                'verbose_name': 'mail with a report',
                'verbose_name_plural': 'mails with reports',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='reportsubscription',
            constraint=models.UniqueConstraint(fields=('user', 'period', 'hour'), name='report_once'),
        ),
        migrations.AddIndex(
            model_name='reportmail',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['next_try_at'], name='report_mail_due'),
        ),
        migrations.AddConstraint(
            model_name='reportmail',
            constraint=models.UniqueConstraint(condition=models.Q(('is_trial', False)), fields=('subscription', 'day'), name='report_mail_once'),
        ),
        migrations.RunPython(let_order, migrations.RunPython.noop),
    ]
