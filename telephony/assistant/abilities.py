"""What a PBX can do with us, in words, read off what its vendor declares."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.vendors.base import Vendor


def abilities(vendor: Vendor) -> list[tuple[str | Promise, bool]]:
    """Each with whether it can."""
    office = vendor.office
    return [
        (_("calls and cards"), True),
        (_("card while it rings"), vendor.tells_rings),
        (_("recordings"), vendor.tells_recordings),
        (_("calling by a click"), vendor.can_dial),
        (_("list of calls"), vendor.call_info is not None),
        (_("the client's name on the phone"), vendor.asks_names),
        (_("caller to the responsible"), vendor.asks_whom),
        (_("list of employees"), office is not None and office.lists_employees),
        (_("sets itself up from here"), office is not None and office.sets_address),
    ]
