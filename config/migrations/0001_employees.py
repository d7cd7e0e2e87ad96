"""Rights to look after employees, which administrators have from the beginning."""

from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import UserManager
from django.db import migrations


def give_rights(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config("config")
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for group in Group.objects.filter(name="Administrator"):
        group.permissions.add(*Permission.objects.filter(content_type__app_label="config"))


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("telephony", "0003_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="Employee",
            fields=[],
            options={
                "verbose_name": "employee",
                "verbose_name_plural": "employees",
                "permissions": [
                    ("manage_employees", "Can add employees and give them roles"),
                    ("view_sign_ins", "Can see who signed in, and let in who is locked out"),
                ],
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.user",),
            managers=[("objects", UserManager())],
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
