"""Connections and extensions: made, changed, given a new address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from telephony.connections.former import KEEP_AT_MOST, keep_former
from telephony.domain.fold.responsible import responsible_leg
from telephony.intake import refused
from telephony.missed.rang import add_phone
from telephony.models import Call, CallLeg, Connection, Extension
from telephony.models.connection import new_hook_secret
from telephony.privacy import user_keys
from telephony.recordings import fetching
from telephony.reports.facts import charge, recount
from telephony.vendors import installed
from telephony.vendors.base import VendorSettingsForm


def clean_settings(
    *, vendor: str, values: Mapping[str, str], stored: Mapping[str, object] | None = None
) -> dict[str, object]:
    """The vendor's settings as its own form cleans them; a secret left empty keeps its stored value, unless the address
    that it goes to is another one now.

    Raises ValidationError whose `message_dict` names the field; also for a field that the vendor doesn't have.
    """
    form_class = installed()[vendor].settings_form
    unknown = sorted(set(values) - set(form_class().fields))
    if unknown:
        known = ", ".join(form_class().fields) or "none"
        raise ValidationError({unknown[0]: f"{installed()[vendor].label} has no such setting; it has: {known}."})
    form = form_class(data={**_initial(form_class()), **values})
    if not form.is_valid():
        raise ValidationError({name: _told(form, name) for name in form.errors})
    cleaned = dict(form.cleaned_data)
    _ask_for_secrets_again(form, cleaned, stored or {})
    for name in form.secret_names():
        cleaned[name] = cleaned.get(name) or (stored or {}).get(name, "")
    return cleaned


def _told(form: VendorSettingsForm, name: str) -> list[str]:
    """What is wrong with a field, and what it takes: who types has no list to choose from."""
    told = [str(error) for error in form.errors[name]]
    values = [str(value) for value, _label in getattr(form.fields.get(name), "choices", ()) if value]
    return [*told, f"It takes: {', '.join(values)}."] if values else told


def _ask_for_secrets_again(
    form: VendorSettingsForm, cleaned: Mapping[str, object], stored: Mapping[str, object]
) -> None:
    """A stored secret goes to the address for which it was entered, and to no other that somebody enters later."""
    changed = form.changed_addresses(stored, cleaned)
    asked = {
        secret: form.fields[name].label
        for name, field in changed.items()
        for secret in field.secrets
        if stored.get(secret) and not cleaned.get(secret)
    }
    if asked:
        text = _("“%(address)s” was changed, and what is entered here goes there: enter it again.")
        raise ValidationError({secret: text % {"address": label} for secret, label in asked.items()})


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
    *,
    connection: Connection,
    settings: Mapping[str, str] | None = None,
    policy: Mapping[str, Any] | None = None,
    keep: timedelta = timedelta(0),
) -> None:
    """Change some of the PBX's settings and other columns; the rest stays. Raises ValidationError as above.

    Secrets that prove messages, and are changed, go on to be taken for so long (`keep`).
    """
    before = dict(connection.settings)
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
        keep_former(connection=connection, before=before, keep=keep)
    connection.save()
    settings_changed(connection=connection)


def settings_changed(*, connection: Connection) -> None:
    """What hangs on a connection's settings: recordings and messages that were refused may be right now."""
    fetching.settings_changed(connection=connection)
    refused.settings_changed(connection=connection)


def rotate(*, connection: Connection, keep: timedelta = timedelta(0)) -> None:
    """Give the connection a new address. The old one goes on to be taken for so long, then it is a 404."""
    now = timezone.now()
    connection.former_secret_sha256 = connection.hook_secret_sha256
    connection.former_until = now + min(keep, KEEP_AT_MOST)
    connection.former_used_at = connection.renewed_used_at = None
    connection.renewed_at = now
    connection.hook_secret = new_hook_secret()
    connection.save(update_fields=["hook_secret", "hook_secret_sha256", *_FORMER])


def end_former_address(*, connection: Connection) -> None:
    """The old address is a 404 from now on, before its time is over."""
    Connection.objects.filter(pk=connection.pk, former_until__gt=timezone.now()).update(former_until=timezone.now())


_FORMER = ("former_secret_sha256", "former_until", "former_used_at", "renewed_at", "renewed_used_at")


@transaction.atomic
def save_extension(*, extension: Extension) -> None:
    """Save the extension and give it the legs that rang it before anybody was named for it.

    A key goes to the address for which it was entered: at another connection it is asked for again.
    """
    extension.full_clean()
    before = Extension.objects.filter(pk=extension.pk).first()
    if before and before.key == extension.key and before.connection_id != extension.connection_id:
        extension.key_is_asked = bool(extension.key)
    extension.save()
    link_earlier_legs(extension=extension)


def key_of_leg(*, pk: int, connection: Connection | None) -> str:
    """The key by which the PBX named the phone of this leg, of this connection; empty if no event has it any more."""
    leg = CallLeg.objects.filter(pk=pk, call__connection=connection).exclude(key_hash="").first()
    rows = leg.call.events.all() if leg is not None else []
    keys = {row.event().user_key for row in rows}
    return next((key for key in sorted(keys) if leg and leg.key_hash in user_keys.possible_hashes(key)), "")


def sends_keys_to_its_own_host(connection: Connection | None) -> bool:
    """Whether employees' keys go to the address that its kind of PBX has by itself, and none that somebody entered."""
    return connection is not None and not connection.vendor_object.settings_form.leads_keys_elsewhere(
        {}, connection.settings
    )


def link_earlier_legs(*, extension: Extension) -> None:
    """Legs of this number or key that are nobody's yet become this user's, and so do their calls."""
    mine = Q()
    if extension.number:
        mine |= Q(extension_number=extension.number)
    if extension.key:
        mine |= Q(key_hash__in=user_keys.possible_hashes(extension.key))
    legs = CallLeg.objects.filter(mine, call__connection=extension.connection, user=None)
    if not legs.update(extension=extension, user_id=extension.user_id):
        return
    # Of whoever is responsible: the sums of those who see this user's calls lack these.
    recount(call__legs__extension=extension)
    add_phone(extension)
    calls = Call.objects.filter(connection=extension.connection, responsible=None, legs__extension=extension)
    for call in calls.distinct().prefetch_related("legs").iterator(chunk_size=500):
        legs_of_call = list(call.legs.all())
        index = responsible_leg(legs_of_call)
        if index is not None and legs_of_call[index].extension_id == extension.pk:
            Call.objects.filter(pk=call.pk, responsible=None).update(responsible_id=extension.user_id)
            charge(call_pk=call.pk, user_pk=extension.user_id)
