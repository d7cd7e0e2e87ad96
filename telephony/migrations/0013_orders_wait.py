"""An order waits for its turn before it is sent; no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0012_delivery_notes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='dial',
            name='state',
            field=models.CharField(choices=[('waiting', 'waits to be sent'), ('ordered', 'on its way'), ('sent', 'taken by the PBX'), ('bound', 'became a call'), ('failed', 'failed'), ('refused', 'refused here'), ('unknown', 'not known')], default='ordered', help_text='What became of the order.', max_length=10, verbose_name='state'),
        ),
    ]
