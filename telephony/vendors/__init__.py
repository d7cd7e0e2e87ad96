"""The PBX vendors that are installed: the setting TELEPHONY_VENDORS lists their classes."""

from __future__ import annotations

from functools import cache

from django.utils.module_loading import import_string

from telephony import conf
from telephony.vendors.base import Vendor


def installed() -> dict[str, Vendor]:
    """Every installed vendor by its slug, in the order of the setting."""
    return _made(tuple(conf.vendors()))


@cache
def _made(paths: tuple[str, ...]) -> dict[str, Vendor]:
    vendors: list[Vendor] = [import_string(path)() for path in paths]
    return {vendor.slug: vendor for vendor in vendors}


def get_vendor(slug: str) -> Vendor:
    """The vendor of this slug; KeyError with the known ones if it is not installed."""
    try:
        return installed()[slug]
    except KeyError:
        raise KeyError(f"No vendor {slug!r} is installed; there are: {', '.join(installed())}.") from None


def secret_headers() -> frozenset[str]:
    """The secret headers of all of them: a PBX may be given another connection's address by mistake."""
    return _secret_headers(tuple(conf.vendors()))


@cache
def _secret_headers(paths: tuple[str, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(vendor.secret_headers for vendor in _made(paths).values()))
