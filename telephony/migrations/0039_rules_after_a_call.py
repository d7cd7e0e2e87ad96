"""Rules after a call, and what they did; administrators may change them."""

import django.core.validators
import django.db.models.deletion
from django.apps import apps as installed_apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

MODELS = ('callrule',)


def let_make_rules(apps, schema_editor):
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
        ('telephony', '0038_report_mails'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='topic',
            field=models.CharField(choices=[('call.started', 'a call began'), ('call.answered', 'a call was answered'), ('call.ended', 'a call ended'), ('call.missed', "a client's call was missed"), ('call.corrected', 'what was told of an ended call was wrong'), ('call.rule', 'a rule says so after a call'), ('recording.stored', 'a recording was stored')], help_text='What is told.', max_length=30, verbose_name='topic'),
        ),
        migrations.CreateModel(
            name='CallRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('enabled', models.BooleanField(default=False, help_text='Off: it only shows what it would have done last week.', verbose_name='switched on')),
                ('enabled_at', models.DateTimeField(editable=False, help_text='It acts after calls that began since then.', null=True)),
                ('ending', models.CharField(choices=[('missed', 'an incoming call is missed'), ('answered', 'an incoming call was answered'), ('reached', 'an outgoing call was answered'), ('not_reached', 'an outgoing call was not answered')], help_text='How the call ended.', max_length=12, verbose_name='when')),
                ('who', models.CharField(choices=[('anybody', 'anybody'), ('unknown', 'an unknown number'), ('known', 'a known contact')], default='anybody', help_text='Known: a contact has this number.', max_length=8, verbose_name='with whom')),
                ('hours', models.CharField(choices=[('any', 'at any time'), ('in', 'in working hours'), ('outside', 'outside working hours')], default='any', help_text='When the call began.', max_length=8, verbose_name='when of the day')),
                ('add_contact', models.BooleanField(default=False, help_text='Unless somebody has this number already.', verbose_name='create a contact')),
                ('contact_source', models.CharField(blank=True, help_text='Of the new contact: where it came from.', max_length=100, verbose_name='source')),
                ('tag', models.CharField(blank=True, help_text='Made if there is none of this name.', max_length=50, verbose_name='put a tag on the contact')),
                ('task_title', models.CharField(blank=True, help_text="Its title; empty: none. {client}, {number}, {our_number} and {time} stand for those of the call. While this rule's task for a client is open, it makes no second one.", max_length=150, verbose_name='create a task')),
                ('task_minutes', models.PositiveIntegerField(default=30, help_text='Of working time after the call.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(10080)], verbose_name='within, minutes')),
                ('assignee', models.CharField(choices=[('in_charge', "the contact's person in charge"), ('of_call', 'who talked, or whose phone rang last'), ('fixed', 'always the same person')], default='in_charge', help_text='If it is nobody, the person below.', max_length=10, verbose_name='whose task and contact')),
                ('tell_by_email', models.BooleanField(default=False, help_text='To the addresses of their accounts.', verbose_name='also by e-mail')),
                ('tell_systems', models.BooleanField(default=False, help_text='Outgoing webhooks with the topic “a rule says so after a call”.', verbose_name='tell other systems')),
                ('connection', models.ForeignKey(blank=True, help_text='Only calls of this one; empty: of all.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='call_rules', to='telephony.connection', verbose_name='connection')),
                ('line', models.ForeignKey(blank=True, help_text='Only calls to this number, or from it; empty: any.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='call_rules', to='telephony.line', verbose_name='our number')),
                ('person', models.ForeignKey(blank=True, help_text='Always the same person, or where it would be nobody.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('tell', models.ManyToManyField(blank=True, help_text='On their page “For you”. Whoever may not see the call is not told.', related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='tell these people')),
            ],
            options={
                'verbose_name': 'rule after a call',
                'verbose_name_plural': 'rules after a call',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RuleRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ending', models.CharField(choices=[('missed', 'an incoming call is missed'), ('answered', 'an incoming call was answered'), ('reached', 'an outgoing call was answered'), ('not_reached', 'an outgoing call was not answered')], help_text='How the call had ended as it was known then.', max_length=12, verbose_name='because')),
                ('created_at', models.DateTimeField(help_text='When the call was over and fitted the rule.', verbose_name='found')),
                ('state', models.CharField(choices=[('waiting', 'not done yet'), ('done', 'done'), ('otherwise', 'nothing: the call turned out otherwise'), ('failed', 'failed')], default='waiting', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_try_at', models.DateTimeField(help_text='When a worker takes it.', null=True)),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rule_runs', to='telephony.call', verbose_name='call')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='telephony.callrule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'what a rule did',
                'verbose_name_plural': 'what rules did',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RuleMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='told')),
                ('seen_at', models.DateTimeField(null=True, verbose_name='seen')),
                ('mail', models.CharField(choices=[('none', 'no e-mail'), ('waiting', 'e-mail waits'), ('sent', 'e-mail sent'), ('failed', 'e-mail failed')], default='none', max_length=10, verbose_name='e-mail')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_try_at', models.DateTimeField(help_text='When a worker sends the e-mail.', null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rule_messages', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='telephony.rulerun')),
            ],
            options={
                'verbose_name': 'message of a rule',
                'verbose_name_plural': 'messages of rules',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='RuleEffect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('contact', 'contact'), ('tag', 'tag'), ('task', 'task'), ('systems', 'other systems')], max_length=10, verbose_name='what')),
                ('result', models.CharField(choices=[('made', 'made'), ('there', 'was there already'), ('nobody', 'nothing: nobody is known by this number'), ('no_number', "nothing: the number can't be read"), ('told', 'told'), ('unasked', 'nothing: no outgoing webhook asks for this'), ('impossible', 'nothing: nothing here can do that')], max_length=10, verbose_name='result')),
                ('made', models.BigIntegerField(help_text='The key of what was made, or was there.', null=True)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='effects', to='telephony.rulerun')),
            ],
            options={
                'verbose_name': 'effect of a rule',
                'verbose_name_plural': 'effects of rules',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='rulerun',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at'], name='rule_run_due'),
        ),
        migrations.AddConstraint(
            model_name='rulerun',
            constraint=models.UniqueConstraint(fields=('call', 'rule'), name='rule_once_after_a_call'),
        ),
        migrations.AddIndex(
            model_name='rulemessage',
            index=models.Index(fields=['user', '-id'], name='rule_message_of'),
        ),
        migrations.AddIndex(
            model_name='rulemessage',
            index=models.Index(condition=models.Q(('mail', 'waiting')), fields=['next_try_at'], name='rule_mail_due'),
        ),
        migrations.AddConstraint(
            model_name='rulemessage',
            constraint=models.UniqueConstraint(fields=('run', 'user'), name='rule_message_once'),
        ),
        migrations.AddConstraint(
            model_name='ruleeffect',
            constraint=models.UniqueConstraint(fields=('run', 'kind'), name='rule_effect_once'),
        ),
        migrations.RunPython(let_make_rules, migrations.RunPython.noop),
    ]
