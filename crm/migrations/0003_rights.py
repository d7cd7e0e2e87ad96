"""What each group may do with contacts, and words to find the contacts and companies that are there already."""

from django.apps import apps as installed_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from crm.words import searchable

_DESK = [f"{may}_{model}" for model in ("contact", "company", "note", "task") for may in ("view", "add", "change")]
_OPERATOR = [*_DESK, "view_tag"]
_SUPERVISOR = [*_OPERATOR, "merge_contact"]
_ADMINISTRATOR = [
    *_SUPERVISOR,
    *(f"delete_{model}" for model in ("contact", "company", "note", "task", "tag")),
    *("add_tag", "change_tag", "import_contacts", "export_contacts"),
]
RIGHTS = {"Operator": _OPERATOR, "Supervisor": _SUPERVISOR, "Administrator": _ADMINISTRATOR}
BATCH = 1000


def give_rights(apps, schema_editor):
    # Rights are made after all migrations otherwise: too late for giving them to anybody here.
    config = installed_apps.get_app_config("crm")
    create_permissions(config, apps=apps, using=schema_editor.connection.alias, verbosity=0)
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, codenames in RIGHTS.items():
        group, _ = Group.objects.get_or_create(name=name)
        if not group.permissions.filter(content_type__app_label="crm").exists():
            group.permissions.add(*Permission.objects.filter(content_type__app_label="crm", codename__in=codenames))


def make_searchable(apps, schema_editor):
    Company, Contact = apps.get_model("crm", "Company"), apps.get_model("crm", "Contact")
    for company in Company.objects.filter(search_text="").iterator(chunk_size=BATCH):
        Company.objects.filter(pk=company.pk).update(search_text=searchable(company.name))
    contacts = Contact.objects.select_related("company").prefetch_related("phones").order_by("pk")
    last = 0
    while batch := list(contacts.filter(pk__gt=last)[:BATCH]):
        for contact in batch:
            numbers = [phone.e164 or phone.raw for phone in contact.phones.all()]
            contact.search_text = searchable(contact.name, contact.company.name if contact.company else "", numbers=numbers)
        Contact.objects.bulk_update(batch, ["search_text"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0002_desk"),
        ("telephony", "0003_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(give_rights, migrations.RunPython.noop),
        migrations.RunPython(make_searchable, migrations.RunPython.noop),
    ]
