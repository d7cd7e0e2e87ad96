from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('telephony', '0060_addresses_of_the_pbx')]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='arrival_key',
            field=models.UUIDField(editable=False, help_text='Tells this arrival from all others: one that was written down as well is stored once.', null=True),
        ),
    ]
