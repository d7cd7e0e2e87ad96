"""The groups that a company starts with; their rights can be changed under Groups."""

from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

RIGHTS = {
    "Operator": ["view_call", "view_recording", "see_own_calls", "listen_own", "dial"],
    "Supervisor": [
        *("view_call", "view_recording", "see_team_calls", "listen_team", "download_recording", "view_listening"),
        *("dial", "view_dial"),
    ],
    "Administrator": [
        *("view_call", "view_recording", "see_all_calls", "listen_all", "download_recording", "hold_recording"),
        *("delete_recording", "view_listening", "view_auditentry", "erase_number", "view_delivery", "change_delivery"),
        *("view_connection", "add_connection", "change_connection", "delete_connection"),
        *("view_extension", "add_extension", "change_extension", "delete_extension"),
        *("view_team", "add_team", "change_team", "delete_team"),
        *("view_line", "add_line", "change_line", "delete_line", "view_desksettings", "change_desksettings"),
        *("view_disposition", "add_disposition", "change_disposition", "delete_disposition"),
        *("dial", "view_dial"),
        *("view_subscription", "add_subscription", "change_subscription", "delete_subscription", "view_notice"),
    ],
}


def make_groups(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config("telephony")
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, codenames in RIGHTS.items():
        group, made = Group.objects.get_or_create(name=name)
        if made or not group.permissions.exists():
            group.permissions.set(Permission.objects.filter(content_type__app_label="telephony", codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("telephony", "0002_calls_and_recordings"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
