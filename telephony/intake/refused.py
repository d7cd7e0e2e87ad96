"""Messages that came with a wrong proof, or before ours was entered: kept, and read once the secret is the right one.

So a mistyped secret loses no calls. Each is proved again as it came; what does not prove right stays refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from telephony.domain.exceptions import HookRejected
from telephony.intake import proving
from telephony.models import Connection, Delivery

AT_ONCE = 5000
"""Of one connection, the oldest first; the rest when somebody asks again."""


def is_proved(delivery: Delivery) -> bool:
    """Whether the stored message is proved by the connection's settings as they are now."""
    connection = delivery.connection
    try:
        proving.prove(connection, delivery.hook(), connection.profile())
    except HookRejected:
        return False
    return True


def settings_changed(*, connection: Connection) -> int:
    """Let a worker read what proves right now; returns how many messages that are."""
    rows = Delivery.objects.filter(connection=connection, state=Delivery.State.REFUSED).order_by("pk")[:AT_ONCE]
    return accept(deliveries=rows.select_related("connection"))


def accept(*, deliveries: Iterable[Delivery]) -> int:
    """The same for these; those of other states are left alone."""
    proved = [row.pk for row in deliveries if row.state == Delivery.State.REFUSED and is_proved(row)]
    waiting = {"state": Delivery.State.RECEIVED, "next_try_at": timezone.now(), "error": "", "attempts": 0}
    return Delivery.objects.filter(pk__in=proved, state=Delivery.State.REFUSED).update(**waiting)
