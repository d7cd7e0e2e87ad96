"""Logins that nobody has, some of them passwords in the wrong field, become keyed hashes where they were kept."""

from django.db import migrations
from django.db.models import Q

from config.signin.throttle import NOBODYS, nobodys_name


def hide(apps, schema_editor):
    employees = apps.get_model("auth", "User").objects.values("username")
    # Of those who left, too, it is known that it is no password.
    left = apps.get_model("axes", "AccessLog").objects.exclude(username=None).values("username")
    for name in ("AccessAttempt", "AccessFailureLog"):
        rows = apps.get_model("axes", name).objects.exclude(Q(username=None) | Q(username="")).order_by()
        others = rows.exclude(username__startswith=NOBODYS).exclude(username__in=employees).exclude(username__in=left)
        for username in list(others.values_list("username", flat=True).distinct()):
            rows.filter(username=username).update(username=nobodys_name(username))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("config", "0003_log_of_changes"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("axes", "0010_accessattemptexpiration"),
    ]

    operations = [migrations.RunPython(hide, migrations.RunPython.noop)]
