"""Employees' keys at a PBX: extensions keep them encrypted and are looked up by a keyed hash; legs keep only the hash.

The rows of calls follow in 0019_user_keys_of_calls, in batches.
"""

import telephony.models.encrypted
import telephony.models.extension
from django.db import migrations, models
from django.db.models import TextField, Value

from telephony.privacy import user_keys


def hide_keys(apps, schema_editor):
    extensions = apps.get_model('telephony', 'Extension').objects.using(schema_editor.connection.alias)
    for extension in extensions.exclude(key=''):
        extension.key_hash = user_keys.make_hash(extension.key)
        extension.save(update_fields=['key', 'key_hash'])


def show_keys(apps, schema_editor):
    """As an earlier version keeps them."""
    extensions = apps.get_model('telephony', 'Extension').objects.using(schema_editor.connection.alias)
    for extension in extensions.exclude(key=''):
        extensions.filter(pk=extension.pk).update(key=Value(extension.key, output_field=TextField()))


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0015_exports'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='extension',
            options={'ordering': ['connection', 'number', 'id'], 'verbose_name': 'extension', 'verbose_name_plural': 'extensions'},
        ),
        migrations.RemoveConstraint(
            model_name='extension',
            name='extension_key_once',
        ),
        migrations.AddField(
            model_name='extension',
            name='key_hash',
            field=telephony.models.extension.KeyHashField(blank=True, default='', editable=False, help_text='The key is looked up by it.', max_length=100),
        ),
        migrations.AlterField(
            model_name='extension',
            name='key',
            field=telephony.models.encrypted.EncryptedLinkField(blank=True, help_text="The user's key at the PBX, where it uses keys (Mobilon); stored encrypted.", verbose_name='key'),
        ),
        migrations.AddField(
            model_name='extension',
            name='key_is_asked',
            field=models.BooleanField(default=False, editable=False, help_text="The PBX's address was changed since the key was entered: it goes nowhere until entered again."),
        ),
        migrations.RunPython(hide_keys, show_keys),
        migrations.AddConstraint(
            model_name='extension',
            constraint=models.UniqueConstraint(condition=models.Q(('key_hash', ''), _negated=True), fields=('connection', 'key_hash'), name='extension_key_hash_once', violation_error_message="This key is somebody's already on this connection."),
        ),
        migrations.RenameField(
            model_name='callleg',
            old_name='user_key',
            new_name='key_hash',
        ),
        migrations.AlterField(
            model_name='callleg',
            name='key_hash',
            field=models.CharField(blank=True, help_text='Keyed hash of the key that the PBX sent.', max_length=200),
        ),
        migrations.AlterField(
            model_name='callevent',
            name='content',
            field=telephony.models.encrypted.PartlyEncryptedJSONField(encrypted_keys=['recording_link', 'user_key'], help_text='Everything that the message said; links and keys stored encrypted.', verbose_name='content'),
        ),
    ]
