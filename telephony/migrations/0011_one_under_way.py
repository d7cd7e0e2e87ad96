"""One message at a time to each receiver; whether a recording has a file is asked with an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0010_pbx_clock'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='notice',
            name='notice_waiting',
        ),
        migrations.AlterField(
            model_name='notice',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('delivered', 'delivered'), ('failed', 'failed')], default='waiting', help_text='What became of it.', max_length=10, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['next_try_at'], name='notice_due'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['file'], name='recording_by_file'),
        ),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(fields=['playable'], name='recording_by_playable'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'sending')), fields=('subscription',), name='notice_one_under_way'),
        ),
    ]
