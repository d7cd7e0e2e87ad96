"""API keys get a scope, a year at most, and a journal of their own.

Keys that are there go on: what they may do is filled in when they are used next (crm/services/api_keys.py).
"""

from datetime import timedelta

from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

from crm.password_marks import mark_of


def bring_over(apps, schema_editor):
    keys = apps.get_model('crm', 'ApiToken').objects.using(schema_editor.connection.alias)
    latest = timezone.now() + timedelta(days=365)
    keys.filter(Q(expiry=None) | Q(expiry__gt=latest)).update(expiry=latest)
    for key in keys.select_related('user'):
        keys.filter(pk=key.pk).update(password_mark=mark_of(key.user.password))


def let_administrators_see(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config('crm')
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model('auth', 'Group'), apps.get_model('auth', 'Permission')
    rights = Permission.objects.filter(content_type__app_label='crm', codename__in=['view_apitoken', 'delete_apitoken'])
    for group in Group.objects.filter(permissions__codename='view_auditentry'):
        group.permissions.add(*rights)


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0011_import_reading'),
        ('telephony', '0003_groups'),
    ]

    operations = [
        migrations.AddField(
            model_name='apitoken',
            name='ended_at',
            field=models.DateTimeField(help_text='When it was ended before its time.', null=True, verbose_name='ended'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='ended_by',
            field=models.CharField(blank=True, help_text='The user name of who did.', max_length=150, verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='ended_why',
            field=models.CharField(blank=True, choices=[('revoked', 'ended by hand'), ('password', 'the password was changed'), ('inactive', 'its owner was deactivated'), ('rights', 'its owner may not do any more what it was made for')], help_text='Why it ended.', max_length=10, verbose_name='reason'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='last_used_at',
            field=models.DateTimeField(help_text='To the minute; empty: never.', null=True, verbose_name='last used'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='last_used_from',
            field=models.CharField(blank=True, help_text='Address of who used it last, behind our own proxies.', max_length=64, verbose_name='used from'),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='password_mark',
            field=models.CharField(blank=True, editable=False, help_text="Keyed hash of the password's hash when it was made.", max_length=64),
        ),
        migrations.AddField(
            model_name='apitoken',
            name='scopes',
            field=models.JSONField(help_text='What it was made for; empty: of an earlier version, and not used since.', null=True, verbose_name='may'),
        ),
        migrations.RunPython(bring_over, migrations.RunPython.noop),
        migrations.RunPython(let_administrators_see, migrations.RunPython.noop),
    ]
