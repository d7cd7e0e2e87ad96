"""System checks: what can be known to be wrong before the first call."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

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
