"""What people decide about a missed client. Each decision is a row; the item is folded anew of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from telephony.domain.missed import Decided, Reason, State
from telephony.missed.folding import lock_client, refold
from telephony.models import MissedDecision, MissedItem

REASONS = (Reason.SETTLED, Reason.NOT_NEEDED, Reason.WRONG_NUMBER, Reason.SPAM)
"""What a person may close an item with; the others are told by calls."""
LONGEST_SNOOZE = timedelta(days=31)
LONGEST_NOTE = 500


class Refused(Exception):
    """It can't be decided so any more, or not by these values; says why in words, and which field is wrong."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


def take(*, item: MissedItem, user: Any) -> MissedItem:
    """This user returns it. Of two who press at once the second one is refused, and told who was first."""
    with transaction.atomic():
        fresh = _locked(item)
        if fresh.taken_by_id is not None and fresh.taken_by_id != user.pk:
            raise Refused(_("%(who)s took it already.") % {"who": _name(fresh.taken_by)})
        return _decide(fresh, Decided.TAKEN, user) if fresh.taken_by_id is None else fresh


def give(*, item: MissedItem, user: Any, to: Any) -> MissedItem:
    """Another person returns it now."""
    if to is None or not to.is_active:
        raise Refused(_("Choose somebody who works here."), "to")
    with transaction.atomic():
        return _decide(_locked(item), Decided.GIVEN, user, to=to)


def snooze(*, item: MissedItem, user: Any, until: datetime) -> MissedItem:
    """It is shown as open again at this moment, or when the client calls once more."""
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise Refused(_("Choose a time within the next 31 days."), "until")
    with transaction.atomic():
        return _decide(_locked(item), Decided.SNOOZED, user, until=until)


def close(*, item: MissedItem, user: Any, reason: str, note: str = "") -> MissedItem:
    """Nobody has to call back; the next missed call opens a new item, unless it is spam."""
    if reason not in REASONS:
        raise Refused(_("Say why it is closed."), "reason")
    if len(note) > LONGEST_NOTE:
        raise Refused(_("The note is too long: write %(count)d characters at most.") % {"count": LONGEST_NOTE}, "note")
    with transaction.atomic():
        return _decide(_locked(item), Decided.CLOSED, user, reason=reason, note=note.strip())


def reopen(*, item: MissedItem, user: Any) -> MissedItem:
    """What a person closed is open again; what a talk ended is not."""
    with transaction.atomic():
        fresh = _locked(item, is_over=True)
        if fresh.state != State.CLOSED:
            raise Refused(_("A talk ended it: it can't be opened again."))
        if MissedItem.objects.filter(client_key=fresh.client_key, first_at__gt=fresh.first_at).exists():
            raise Refused(_("They called again since: there is a later item."))
        return _decide(fresh, Decided.REOPENED, user)


def _locked(item: MissedItem, *, is_over: bool = False) -> MissedItem:
    """The item as it is under its client's lock."""
    lock_client(keys=[item.client_key], contacts=[item.contact_id] if item.contact_id else [])
    fresh = MissedItem.objects.select_related("taken_by", "closed_by").filter(pk=item.pk).first()
    if fresh is None:
        raise _gone()
    if fresh.is_over and not is_over:
        who = _name(fresh.closed_by)
        raise Refused(_("It is over already: %(who)s.") % {"who": who} if who else _("It is over already."))
    return fresh


def _decide(item: MissedItem, kind: Decided, user: Any, **more: Any) -> MissedItem:
    """`at` is never before what was to be seen: a PBX's clock may be ahead of ours."""
    seen = max(moment for moment in (item.last_at, item.closed_at, timezone.now()) if moment is not None)
    MissedDecision.objects.create(client_key=item.client_key, at=seen, kind=kind, by=user, **more)
    refold(keys=[item.client_key], contacts=[item.contact_id] if item.contact_id else [])
    fresh = MissedItem.objects.filter(pk=item.pk).first()
    if fresh is None:
        raise _gone()
    return fresh


def _gone() -> Refused:
    return Refused(_("It is gone: the number was erased, or it was joined with another one."))


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user is not None else ""
