"""System checks: what can be known to be wrong before the first call."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages
from django.utils.module_loading import import_string

from telephony.storage import RECORDINGS
from telephony.vendors.base import Vendor


@register
def vendors_are_sound(**_: Any) -> list[CheckMessage]:
    """Each entry of TELEPHONY_VENDORS is a Vendor with a slug of its own."""
    problems: list[CheckMessage] = []
    slugs: dict[str, str] = {}
    for path in getattr(settings, "TELEPHONY_VENDORS", []):
        try:
            vendor = import_string(path)
        except ImportError as error:
            problems.append(
                Error(f"TELEPHONY_VENDORS names {path}, which can't be imported: {error}", id="telephony.E001")
            )
            continue
        if not (isinstance(vendor, type) and issubclass(vendor, Vendor)):
            problems.append(Error(f"TELEPHONY_VENDORS names {path}, which is no Vendor.", id="telephony.E002"))
        elif not getattr(vendor, "slug", ""):
            problems.append(Error(f"TELEPHONY_VENDORS names {path}, which has no slug.", id="telephony.E006"))
        elif vendor.slug in slugs:
            problems.append(Error(f"{path} and {slugs[vendor.slug]} have the same slug.", id="telephony.E003"))
        else:
            slugs[vendor.slug] = path
    return problems


@register
def directory_is_sound(**_: Any) -> list[CheckMessage]:
    """TELEPHONY_CONTACT_DIRECTORY names a class that can find contacts."""
    path = getattr(settings, "TELEPHONY_CONTACT_DIRECTORY", "telephony.directory.EmptyDirectory")
    try:
        directory = import_string(path)
    except ImportError as error:
        text = f"TELEPHONY_CONTACT_DIRECTORY names {path}, which can't be imported: {error}"
        return [Error(text, id="telephony.E004")]
    if not callable(getattr(directory, "find", None)):
        return [Error(f"TELEPHONY_CONTACT_DIRECTORY names {path}, which has no find().", id="telephony.E005")]
    return []


@register
def recordings_have_a_place(**_: Any) -> list[CheckMessage]:
    """STORAGES has "recordings", and there is a folder to work on what is not whole yet."""
    if RECORDINGS not in settings.STORAGES:
        hint = (
            'Add "recordings": {"BACKEND": "telephony.storage.WholeFileStorage", "OPTIONS": {"location": "/srv/..."}}.'
        )
        return [Error('STORAGES has no "recordings".', hint=hint, id="telephony.E007")]
    try:
        storage = storages[RECORDINGS]
    except (ImportError, ImproperlyConfigured, InvalidStorageError, TypeError) as error:
        return [Error(f'STORAGES["recordings"] can\'t be used: {error}', id="telephony.E008")]
    if hasattr(storage, "work_dir") or getattr(settings, "TELEPHONY_RECORDINGS_WORK_DIR", None):
        return []
    text = f"{type(storage).__name__} has no folder for recordings that are not whole yet."
    hint = "Set TELEPHONY_RECORDINGS_WORK_DIR to a folder of this machine that no web server hands out."
    return [Error(text, hint=hint, id="telephony.E009")]
