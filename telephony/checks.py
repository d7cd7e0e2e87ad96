"""System checks: what can be known to be wrong before the first call."""

from __future__ import annotations

import inspect
import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages
from django.utils.module_loading import import_string

from telephony import conf
from telephony.vendors.base import Vendor


@register
def vendors_are_sound(**_: Any) -> list[CheckMessage]:
    """Each entry of TELEPHONY_VENDORS is a Vendor with a slug of its own."""
    problems: list[CheckMessage] = []
    slugs: dict[str, str] = {}
    for path in conf.vendors():
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
    path = conf.contact_directory_class()
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
    if conf.RECORDINGS_STORAGE not in settings.STORAGES:
        hint = (
            'Add "recordings": {"BACKEND": "telephony.recordings.storage.WholeFileStorage", '
            '"OPTIONS": {"location": "/srv/..."}}.'
        )
        return [Error('STORAGES has no "recordings".', hint=hint, id="telephony.E007")]
    try:
        storage = storages[conf.RECORDINGS_STORAGE]
    except (ImportError, ImproperlyConfigured, InvalidStorageError, TypeError) as error:
        return [Error(f'STORAGES["recordings"] can\'t be used: {error}', id="telephony.E008")]
    if hasattr(storage, "work_dir") or conf.recordings_work_dir():
        return []
    text = f"{type(storage).__name__} has no folder for recordings that are not whole yet."
    hint = "Set TELEPHONY_RECORDINGS_WORK_DIR to a folder of this machine that no web server hands out."
    return [Error(text, hint=hint, id="telephony.E009")]


@register
def nothing_reads_bodies_before_the_hooks(**_: Any) -> list[CheckMessage]:
    """A PBX's message is stored byte for byte: middleware that reads it first may lose it (Django's own does not)."""
    return [
        Warning(
            f"{path} seems to read the request's body: what it reads of a PBX's message can't be stored as it came.",
            hint="Let it pass requests to /telephony/hooks/ and /telephony/ws/ untouched, then silence telephony.W001.",
            id="telephony.W001",
        )
        for path in settings.MIDDLEWARE
        if not path.startswith("django.") and _reads_bodies(path)
    ]


def _reads_bodies(path: str) -> bool:
    try:
        source = inspect.getsource(import_string(path))
    except (ImportError, OSError, TypeError):
        return False
    return _BODY.search(source) is not None


_BODY = re.compile(r"\brequest\.(body|POST|FILES|read)\b")


@register
def logs_hide_secrets(**_: Any) -> list[CheckMessage]:
    """Addresses of hooks hold secrets, and Django logs addresses: each handler needs the filter."""
    config = getattr(settings, "LOGGING", None) or {}
    wanted = "telephony.privacy.masking.HideHookSecrets"
    filters = {name for name, filtered in config.get("filters", {}).items() if filtered.get("()") == wanted}
    bare = [
        name
        for name, handler in config.get("handlers", {}).items()
        if not filters.intersection(handler.get("filters", [])) and handler.get("class") != "logging.NullHandler"
    ]
    if config.get("handlers") and not bare:
        return []
    which = f"The handler{'s' if len(bare) > 1 else ''} {', '.join(bare)} of LOGGING" if bare else "LOGGING"
    return [
        Warning(
            f"{which} would write the secrets of PBXs' addresses into the log.",
            hint=f'Give each handler a filter {{"()": "{wanted}"}}.',
            id="telephony.W002",
        )
    ]
