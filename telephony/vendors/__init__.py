"""The PBX vendors that are installed: the setting TELEPHONY_VENDORS lists their classes."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from telephony.vendors.base import Vendor


@cache
def installed() -> dict[str, Vendor]:
    """Every installed vendor by its slug, in the order of the setting."""
    vendors: list[Vendor] = [import_string(path)() for path in settings.TELEPHONY_VENDORS]
    return {vendor.slug: vendor for vendor in vendors}


def get_vendor(slug: str) -> Vendor:
    """The vendor of this slug; KeyError with the known ones if it is not installed."""
    try:
        return installed()[slug]
    except KeyError:
        raise KeyError(f"No vendor {slug!r} is installed; there are: {', '.join(installed())}.") from None
