"""Working hours and calendars of holidays, with that of Russia; administrators may change them."""

import django.db.models.deletion
from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

import telephony.models.schedule
import telephony.models.validators
from telephony.hours import russia

MODELS = ('calendar', 'schedule', 'specialday')


def ship_the_calendar(apps, schema_editor):
    Calendar, SpecialDay = apps.get_model('telephony', 'Calendar'), apps.get_model('telephony', 'SpecialDay')
    calendar = Calendar.objects.create(name=russia.NAME)
    SpecialDay.objects.bulk_create(
        SpecialDay(calendar=calendar, day=day, kind=kind, name=why) for day, kind, why in russia.days()
    )


def let_set_hours(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config('telephony')
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model('auth', 'Group'), apps.get_model('auth', 'Permission')
    names = [f'{what}_{model}' for what in ('view', 'add', 'change', 'delete') for model in MODELS]
    rights = list(Permission.objects.filter(content_type__app_label='telephony', codename__in=names))
    for group in Group.objects.filter(permissions__codename='change_line') if rights else []:
        group.permissions.add(*rights)


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0030_missed_items'),
    ]

    operations = [
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Like “Russia”.', max_length=100, unique=True, verbose_name='name')),
            ],
            options={
                'verbose_name': 'calendar of holidays',
                'verbose_name_plural': 'calendars of holidays',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Like “Office” or “Support”.', max_length=100, unique=True, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, help_text='One schedule at most can be that.', verbose_name='of all who have no other')),
                ('time_zone', models.CharField(default='Europe/Moscow', help_text='Of its clock, like Europe/Moscow.', max_length=50, validators=[telephony.models.validators.validate_time_zone], verbose_name='time zone')),
                ('monday', models.CharField(blank=True, max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='Monday')),
                ('tuesday', models.CharField(blank=True, max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='Tuesday')),
                ('wednesday', models.CharField(blank=True, max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='Wednesday')),
                ('thursday', models.CharField(blank=True, max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='Thursday')),
                ('friday', models.CharField(blank=True, max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='Friday')),
                ('saturday', models.CharField(blank=True, max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='Saturday')),
                ('sunday', models.CharField(blank=True, max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='Sunday')),
                ('calendar', models.ForeignKey(blank=True, help_text='Whose days off, shortened and moved days it follows.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='schedules', to='telephony.calendar', verbose_name='holidays')),
                ('connections', models.ManyToManyField(blank=True, help_text='So do calls of these PBXs to all other numbers.', related_name='schedules', to='telephony.connection', verbose_name='connections')),
                ('lines', models.ManyToManyField(blank=True, help_text='Calls to these numbers go by these hours.', related_name='schedules', to='telephony.line', verbose_name='our numbers')),
                ('teams', models.ManyToManyField(blank=True, help_text='Who of these teams has to call back does so in these hours.', related_name='schedules', to='telephony.team', verbose_name='teams')),
            ],
            options={
                'verbose_name': 'schedule',
                'verbose_name_plural': 'working hours',
                'ordering': ['-is_default', 'name'],
            },
        ),
        migrations.CreateModel(
            name='SpecialDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('kind', models.CharField(choices=[('off', 'day off'), ('shortened', 'an hour shorter'), ('working', 'worked like a Monday'), ('hours', 'other hours')], default='off', max_length=10, verbose_name='what it is')),
                ('times', models.CharField(blank=True, help_text='Of “other hours” only.', max_length=100, validators=[telephony.models.schedule.validate_spans], verbose_name='hours')),
                ('name', models.CharField(blank=True, help_text='Like “New Year”.', max_length=100, verbose_name='why')),
                ('calendar', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='days', to='telephony.calendar', verbose_name='calendar')),
                ('schedule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='days', to='telephony.schedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'special day',
                'verbose_name_plural': 'special days',
                'ordering': ['day'],
            },
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='one_schedule_is_the_default'),
        ),
        migrations.AddConstraint(
            model_name='specialday',
            constraint=models.UniqueConstraint(fields=('calendar', 'day'), name='special_day_of_calendar_once'),
        ),
        migrations.AddConstraint(
            model_name='specialday',
            constraint=models.UniqueConstraint(fields=('schedule', 'day'), name='special_day_of_schedule_once'),
        ),
        migrations.AddConstraint(
            model_name='specialday',
            constraint=models.CheckConstraint(condition=models.Q(('calendar', None), ('schedule', None), _connector='XOR'), name='special_day_of_one'),
        ),
        migrations.RunPython(ship_the_calendar, migrations.RunPython.noop),
        migrations.RunPython(let_set_hours, migrations.RunPython.noop),
    ]
