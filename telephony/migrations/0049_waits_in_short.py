"""Sums for people keep less of waits than they did: the worker sums the days anew."""

from django.db import migrations


def drop_sums(apps, schema_editor):
    apps.get_model("telephony", "PeopleDay").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("telephony", "0048_recording_uploads")]

    operations = [migrations.RunPython(drop_sums, migrations.RunPython.noop)]
