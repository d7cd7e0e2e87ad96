"""API keys: made with a scope, for a year at most; ended with a password, a person or a role."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import access
from crm.models import ApiToken, Contact, Task
from crm.password_marks import is_mark_of, mark_of, possible_marks
from telephony import conf
from telephony.api.scopes import Scope
from telephony.calls import access as calls

LONGEST_DAYS = 365
NOTED_EVERY = timedelta(minutes=1)
"""So often the last use of a key is written, not at each request."""


def _sees_calls(user: Any) -> bool:
    return calls.seeing(user) > calls.Scope.NOTHING


MAY: dict[Scope, Callable[[Any], bool]] = {
    Scope.READ_CALLS: _sees_calls,
    Scope.LISTEN: lambda user: calls.listening(user) > calls.Scope.NOTHING,
    Scope.DIAL: lambda user: bool(user.has_perm("telephony.dial")),
    Scope.READ_CONTACTS: lambda user: access.may(user, "view", Contact),
    Scope.WRITE_CONTACTS: lambda user: access.may(user, "add", Contact) or access.may(user, "change", Contact),
    Scope.READ_TASKS: lambda user: access.may(user, "view", Task),
    Scope.WRITE_TASKS: lambda user: access.may(user, "add", Task) or access.may(user, "change", Task),
    Scope.EXPORT: lambda user: _sees_calls(user) or bool(user.has_perm("crm.export_contacts")),
}
"""Who may have a key with this scope; without the right the key ends."""


def scopes_for(user: Any) -> list[Scope]:
    """What a key of this user can be made for."""
    return [scope for scope, may in MAY.items() if may(user)]


def make_key(*, user: Any, name: str, scopes: Collection[str], days: int = LONGEST_DAYS) -> tuple[ApiToken, str]:
    """The new key's row, and the key itself, which nobody can read again. Raises ValidationError naming the field."""
    if not 1 <= days <= LONGEST_DAYS:
        raise ValidationError({"days": _("From 1 to %(most)d days.") % {"most": LONGEST_DAYS}})
    if not scopes or not set(scopes) <= set(scopes_for(user)):
        raise ValidationError({"scopes": _("Choose what it is for, of what you may do yourself.")})
    mark = mark_of(user.password)
    row, key = ApiToken.objects.create(
        user=user, expiry=timedelta(days=days), name=name, scopes=sorted(scopes), password_mark=mark
    )
    return row, key


def give_scopes(*, key: ApiToken) -> None:
    """A key of an earlier version was made for everything that its owner may do."""
    key.scopes = [str(scope) for scope in scopes_for(key.user)]
    key.save(update_fields=["scopes"])


def end_key(*, key: ApiToken, why: ApiToken.Ended, by: str = "") -> None:
    """It opens nothing from now on; its row stays."""
    _end(ApiToken.objects.filter(pk=key.pk), why, by)


def end_keys_of(*, user: Any, why: ApiToken.Ended) -> None:
    """All keys of this user."""
    _end(ApiToken.objects.filter(user=user), why)


def why_ended(key: ApiToken) -> ApiToken.Ended | None:
    """What happened to its owner that ends the key; None if it is good."""
    user = key.user
    if not user.is_active:
        return ApiToken.Ended.INACTIVE
    if not is_mark_of(key.password_mark, user.password):
        return ApiToken.Ended.PASSWORD
    may_still = all(scope in MAY and MAY[Scope(scope)](user) for scope in key.scopes or ())
    return None if may_still else ApiToken.Ended.RIGHTS


def end_if_lost(keys: Iterable[ApiToken]) -> None:
    """End those whose owners may not have them any more."""
    for key in keys:
        if not key.is_over and (why := why_ended(key)) is not None:
            end_key(key=key, why=why)


def note_use(*, key: ApiToken, address: str, now: datetime | None = None) -> None:
    """Write down that it was used just now, once a minute."""
    now = now or timezone.now()
    not_noted = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - NOTED_EVERY:
        ApiToken.objects.filter(not_noted, pk=key.pk).update(last_used_at=now, last_used_from=address[:64])


def keep_over_upgrade(*, user: Any, before: str) -> None:
    """The same password is hashed anew by a newer Django: the keys stay."""
    keys = ApiToken.objects.filter(user=user, password_mark__in=possible_marks(before))
    keys.update(password_mark=mark_of(user.password))


def forget_old_keys(*, now: datetime | None = None) -> int:
    """Delete the rows of keys that were over long ago; returns how many."""
    days = conf.keep_journals_days()
    before = (now or timezone.now()) - timedelta(days=days)
    over = Q(expiry__lt=before) | Q(ended_at__lt=before)
    return ApiToken.objects.filter(over).delete()[0] if days else 0


def _end(keys: Any, why: ApiToken.Ended, by: str = "") -> None:
    keys.filter(ended_at=None).update(ended_at=timezone.now(), ended_why=why, ended_by=by)
