"""Whoever sees the journal of deletions sees the log of changes, too."""

from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations


def let_see(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config("auditlog")
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    right = Permission.objects.filter(content_type__app_label="auditlog", codename="view_logentry").first()
    for group in Group.objects.filter(permissions__codename="view_auditentry") if right else []:
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0002_profile"),
        ("telephony", "0024_export_journal"),
        ("auditlog", "0017_add_actor_email"),
    ]

    operations = [migrations.RunPython(let_see, migrations.RunPython.noop)]
