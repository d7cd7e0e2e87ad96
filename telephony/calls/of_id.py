"""A call, by the id that its PBX gave it: what all that is asked about a message's call begins with."""

from __future__ import annotations

from django.db.models import Q

from telephony.database.reading import Given, Prepared, Same
from telephony.models import Call


def is_of_id(to_call: str = "") -> Q:
    """For `Prepared` queries, which are given `connection` and `id`: that connection's call with this id.

    `to_call` is the way from the query's model to the call, like "call__".
    """
    return Q(Same(f"{to_call}connection_id", "connection"), **{f"{to_call}external_id": Given("id")})


OF_ID = Prepared(lambda: Call.objects.filter(is_of_id()).order_by()[:1])


def call_of_id(*, connection: int, external_id: str) -> Call | None:
    return OF_ID.first(connection=connection, id=external_id)
