"""A connection's phones, on its page: how many have an owner, and which rang that are nobody's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from telephony.connections.nobodys import NobodysPhone, nobodys_phones
from telephony.connections.owners import owner_elsewhere
from telephony.models import Connection, Extension
from telephony.ui.markup import list_url
from telephony.ui.presentation import person

MOST = 20


def phones_of(request: HttpRequest, connection: Connection) -> dict[str, Any]:
    """For the template connection_phones.html; empty for who may not say whose a phone is."""
    if not request.user.has_perm("telephony.add_extension"):
        return {}
    return {
        "count": Extension.objects.filter(connection=connection).count(),
        "url": list_url(Extension, connection__id__exact=connection.pk),
        "add_url": _add_url(connection),
        "unknown": [_unknown(connection, phone) for phone in nobodys_phones(connection, most=MOST)],
    }


def _unknown(connection: Connection, phone: NobodysPhone) -> dict[str, Any]:
    owner = owner_elsewhere(connection, phone.number, phone.key_hash)
    leg = phone.leg if phone.key_hash else ""
    return {
        "number": phone.number,
        "calls": phone.calls,
        "rang_at": phone.rang_at,
        "owner": person(owner),
        "url": _add_url(connection, number=phone.number, leg=leg, user=owner.pk if owner else ""),
    }


def _add_url(connection: Connection, **initial: Any) -> str:
    given = {name: value for name, value in initial.items() if value}
    return f"{reverse('admin:telephony_extension_add')}?{urlencode({'connection': connection.pk, **given})}"
