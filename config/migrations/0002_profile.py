import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def let_in_who_has_a_role(apps, schema_editor):
    """Whoever has a role may sign in: so far "staff status" had to be ticked as well."""
    User = apps.get_model("auth", "User")
    with_role = User.objects.filter(groups__isnull=False, is_staff=False).values("pk")
    User.objects.filter(pk__in=list(with_role.values_list("pk", flat=True))).update(is_staff=True)


class Migration(migrations.Migration):
    dependencies = [("config", "0001_employees"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("en", "English"), ("ru", "Russian")],
                        help_text="Of the pages; empty: as the browser says.",
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        help_text="Whose.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={"verbose_name": "profile", "verbose_name_plural": "profiles"},
        ),
        migrations.RunPython(let_in_who_has_a_role, migrations.RunPython.noop),
    ]
