"""Encrypts what earlier versions stored in clear: raw deliveries, and links of recordings.

In batches, each committed: it may be interrupted and run again. What is encrypted already is left alone.
"""

from django.db import migrations
from django.db.models import BinaryField, ExpressionWrapper, F, JSONField, TextField

from telephony.models.encrypted import DUMPED, cipher, is_encrypted

BATCH = 200


def encrypt_deliveries(apps, schema_editor):
    def needs(raw):
        return any(bytes(value or b"") and not is_encrypted(bytes(value)) for value in raw.values())

    def clear(raw):
        values = {name: bytes(value or b"") for name, value in raw.items()}
        return {name: cipher().decrypt(value) if is_encrypted(value) else value for name, value in values.items()}

    _rewrite(_objects(apps, schema_editor, "Delivery"), {"query": BinaryField(), "body": BinaryField()}, needs, clear)


def encrypt_links(apps, schema_editor):
    def needs(raw):
        return bool(raw["link"]) and not is_encrypted(raw["link"].encode())

    _rewrite(_objects(apps, schema_editor, "Recording"), {"link": TextField()}, needs, dict)


def encrypt_links_of_events(apps, schema_editor):
    def needs(raw):
        link = raw["content"].get("recording_link", "") if isinstance(raw["content"], dict) else ""
        return bool(link) and not link.startswith(DUMPED)

    _rewrite(_objects(apps, schema_editor, "CallEvent"), {"content": JSONField()}, needs, dict)


def _objects(apps, schema_editor, model):
    return apps.get_model("telephony", model).objects.using(schema_editor.connection.alias)


def _rewrite(rows, columns, needs, clear):
    """Write the columns anew, which encrypts them, where `needs` says so of what stands in them."""
    # As the database has them: the fields themselves would try to decrypt.
    stored = {f"stored_{name}": ExpressionWrapper(F(name), output_field=field) for name, field in columns.items()}
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk").values("pk", **stored)[:BATCH]):
        last = batch[-1]["pk"]
        changed = []
        for row in batch:
            raw = {name: row[f"stored_{name}"] for name in columns}
            if needs(raw):
                changed.append(rows.model(pk=row["pk"], **clear(raw)))
        rows.bulk_update(changed, list(columns))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("telephony", "0003_groups")]

    operations = [
        migrations.RunPython(encrypt_deliveries, migrations.RunPython.noop),
        migrations.RunPython(encrypt_links, migrations.RunPython.noop),
        migrations.RunPython(encrypt_links_of_events, migrations.RunPython.noop),
    ]
