"""A journal of exports; whoever sees the journal of deletions sees it, too."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models


def let_see(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config('telephony')
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model('auth', 'Group'), apps.get_model('auth', 'Permission')
    right = Permission.objects.filter(content_type__app_label='telephony', codename='view_exported').first()
    for group in Group.objects.filter(permissions__codename='view_auditentry') if right else []:
        group.permissions.add(right)


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0020_failed_login_user'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Exported',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, help_text='When it was begun.', verbose_name='when')),
                ('username', models.CharField(help_text='Stays when the user is deleted.', max_length=150, verbose_name='user name')),
                ('kind', models.CharField(help_text='What was exported, like “calls”.', max_length=40, verbose_name='kind')),
                ('way', models.CharField(choices=[('csv', 'CSV file'), ('xlsx', 'Excel file'), ('api', 'API')], help_text='As a file, or by the API.', max_length=10, verbose_name='how')),
                ('query', models.CharField(blank=True, help_text='As they stood in the address; empty: everything.', max_length=2000, verbose_name='filters')),
                ('rows', models.PositiveIntegerField(default=0, help_text='How many were handed out.', verbose_name='rows')),
                ('window', models.BigIntegerField(editable=False, help_text='Of the API: which hour, since 1970.', null=True)),
                ('user', models.ForeignKey(help_text='Who took it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'exported data',
                'verbose_name_plural': 'journal of exports',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('way', 'api')), fields=('user', 'kind', 'window'), name='exported_by_api_once')],
            },
        ),
        migrations.RunPython(let_see, migrations.RunPython.noop),
    ]
