"""What was odd about a message although it was read."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0011_one_under_way'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='notes',
            field=models.JSONField(blank=True, default=list, help_text='What was odd about it and did not keep the rest from counting.', verbose_name='notes'),
        ),
    ]
