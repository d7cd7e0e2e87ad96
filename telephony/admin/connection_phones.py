"""A connection's phones, on its page: how many have an owner, and which rang that are nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from telephony.connections.owners import owner_elsewhere
from telephony.models import CallLeg, CardDecision, Connection, Extension
from telephony.ui.markup import list_url
from telephony.ui.presentation import person

RANG_WITHIN = timedelta(days=30)
MOST = 20


def phones_of(request: HttpRequest, connection: Connection) -> dict[str, Any]:
    """For the template connection_phones.html; empty for who may not say whose a phone is."""
    if not request.user.has_perm("telephony.add_extension"):
        return {}
    legs = CallLeg.objects.filter(call__connection=connection, user=None, card=CardDecision.NO_EXTENSION)
    since = timezone.now() - RANG_WITHIN
    unknown = (
        legs.filter(rang_at__gt=since)
        .exclude(extension_number="", key_hash="")
        .values("extension_number", "key_hash")
        .annotate(calls=Count("call", distinct=True), rang_at=Max("rang_at"), leg=Max("pk"))
        .order_by("-calls", "extension_number")[:MOST]
    )
    return {
        "count": Extension.objects.filter(connection=connection).count(),
        "url": list_url(Extension, connection__id__exact=connection.pk),
        "add_url": _add_url(connection),
        "unknown": [_unknown(connection, row) for row in unknown],
    }


def _unknown(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    number, key_hash = row["extension_number"], row["key_hash"]
    owner = owner_elsewhere(connection, number, key_hash)
    initial = {"number": number, "leg": row["leg"] if key_hash else "", "user": owner.pk if owner else ""}
    return {
        "number": number,
        "calls": row["calls"],
        "rang_at": row["rang_at"],
        "owner": person(owner),
        "url": _add_url(connection, **initial),
    }


def _add_url(connection: Connection, **initial: Any) -> str:
    given = {name: value for name, value in initial.items() if value}
    return f"{reverse('admin:telephony_extension_add')}?{urlencode({'connection': connection.pk, **given})}"
