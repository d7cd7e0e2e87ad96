"""Connections and extensions: made, changed, given a new address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from telephony.legs import responsible_leg
from telephony.models import Call, CallLeg, Connection, Extension
from telephony.models.connection import new_hook_secret
from telephony.services import recordings
from telephony.vendors import installed
from telephony.vendors.base import VendorSettingsForm


def clean_settings(
    *, vendor: str, values: Mapping[str, str], stored: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The vendor's settings as its own form cleans them; a secret left empty keeps its stored value.

    Raises ValidationError whose `message_dict` names the field; also for a field that the vendor doesn't have.
    """
    form_class = installed()[vendor].settings_form
    unknown = sorted(set(values) - set(form_class().fields))
    if unknown:
        known = ", ".join(form_class().fields) or "none"
        raise ValidationError({unknown[0]: f"{installed()[vendor].label} has no such setting; it has: {known}."})
    form = form_class(data={**_initial(form_class()), **values})
    if not form.is_valid():
        raise ValidationError({name: list(errors) for name, errors in form.errors.items()})
    cleaned = dict(form.cleaned_data)
    for name in form.secret_names():
        cleaned[name] = cleaned.get(name) or (stored or {}).get(name, "")
    return cleaned


def _initial(form: VendorSettingsForm) -> dict[str, object]:
    return {name: field.initial for name, field in form.fields.items() if field.initial is not None}


def add_connection(
    *,
    vendor: str,
    name: str,
    time_zone: str,
    phone_region: str,
    settings: Mapping[str, str],
    policy: Mapping[str, Any] | None = None,
) -> Connection:
    """A new connection with an address of its own. Raises ValidationError that names the field.

    `policy` are other columns of Connection: what becomes of recordings, and where requests may go.
    """
    connection = Connection(
        vendor=vendor, name=name.strip(), time_zone=time_zone, phone_region=phone_region, **(policy or {})
    )
    connection.full_clean(exclude=["hook_secret_sha256", "settings"])
    connection.settings = clean_settings(vendor=vendor, values=settings)
    connection.clean()
    connection.save()
    return connection


def change_connection(
    *, connection: Connection, settings: Mapping[str, str] | None = None, policy: Mapping[str, Any] | None = None
) -> None:
    """Change some of the PBX's settings and other columns; the rest stays. Raises ValidationError as above."""
    for name, value in (policy or {}).items():
        setattr(connection, name, value)
    connection.full_clean(exclude=["hook_secret_sha256", "settings"])
    if settings:
        form = connection.vendor_object.settings_form
        shown = {name: value for name, value in connection.settings.items() if name not in form.secret_names()}
        kept = {name: value for name, value in shown.items() if name in form.base_fields}
        connection.settings = clean_settings(
            vendor=connection.vendor, values={**kept, **settings}, stored=connection.settings
        )
        connection.clean()
    connection.save()
    recordings.settings_changed(connection=connection)


def rotate(*, connection: Connection) -> None:
    """Give the connection a new address; the old one is a 404 from now on."""
    connection.hook_secret = new_hook_secret()
    connection.save(update_fields=["hook_secret", "hook_secret_sha256"])


def count_rejected(*, connection: Connection) -> None:
    """One more request with a wrong access code."""
    Connection.objects.filter(pk=connection.pk).update(rejected_count=F("rejected_count") + 1)


@transaction.atomic
def save_extension(*, extension: Extension) -> None:
    """Save the extension and give it the legs that rang it before anybody was named for it."""
    extension.full_clean()
    extension.save()
    link_earlier_legs(extension=extension)


def link_earlier_legs(*, extension: Extension) -> None:
    """Legs of this number or key that are nobody's yet become this user's, and so do their calls."""
    mine = Q()
    if extension.number:
        mine |= Q(extension_number=extension.number)
    if extension.key:
        mine |= Q(user_key=extension.key)
    legs = CallLeg.objects.filter(mine, call__connection=extension.connection, user=None)
    if not legs.update(extension=extension, user_id=extension.user_id):
        return
    calls = Call.objects.filter(connection=extension.connection, responsible=None, legs__extension=extension)
    for call in calls.distinct().prefetch_related("legs").iterator(chunk_size=500):
        legs_of_call = list(call.legs.all())
        index = responsible_leg(legs_of_call)
        if index is not None and legs_of_call[index].extension_id == extension.pk:
            Call.objects.filter(pk=call.pk, responsible=None).update(responsible_id=extension.user_id)
