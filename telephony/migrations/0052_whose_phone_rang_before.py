from django.db import migrations

LEGS = """
SELECT m.id, l.user_id, m.first_at
FROM telephony_misseditem m JOIN telephony_callleg l ON l.call_id = m.{call} WHERE l.user_id IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [('telephony', '0051_whose_phone_rang')]

    operations = [
        migrations.RunSQL(
            'INSERT INTO telephony_missedrang (item_id, user_id, first_at) '
            f'{LEGS.format(call="first_call_id")} UNION {LEGS.format(call="last_call_id")}',
            migrations.RunSQL.noop,
        ),
    ]
