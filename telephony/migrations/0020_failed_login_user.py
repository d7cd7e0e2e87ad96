from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0019_user_keys_of_calls")]

    operations = [
        # Rows live an hour: the table is small, its index is made at once.
        migrations.AddField(
            model_name="failedlogin",
            name="user",
            field=models.CharField(
                blank=True,
                default="",
                help_text="As it was sent, cut to this length.",
                max_length=150,
                verbose_name="user name",
            ),
        ),
        migrations.AddIndex(
            model_name="failedlogin",
            index=models.Index(fields=["user", "at"], name="failed_login_by_user"),
        ),
    ]
