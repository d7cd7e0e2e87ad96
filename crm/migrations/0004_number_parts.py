"""What is kept of a contact's number besides the number itself; 0006 fills it in, 0007 makes it unique."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0003_rights'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactphone',
            name='extension',
            field=models.CharField(blank=True, editable=False, help_text='What is dialled after somebody answered, where the number was written with one: 101.', max_length=50, verbose_name='extension', default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='contactphone',
            name='match',
            field=models.CharField(editable=False, help_text='What all spellings of the number share: a contact has it once.', max_length=50, default=''),
            preserve_default=False,
        ),
    ]
