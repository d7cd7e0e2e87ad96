"""A contact has each number once, also when two people add it at the same moment."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0006_numbers_again'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='contactphone',
            constraint=models.UniqueConstraint(fields=('contact', 'match'), name='contact_number_once'),
        ),
    ]
