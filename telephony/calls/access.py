"""Who may see which calls and hear which recordings: the one place that pages, API, pushes and players ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import IsNull

from telephony.models import Call, CallLeg, Dial, MissedItem, MissedRang, Recording, Team
from telephony.models.dial import CANARY_ORDER

FEW_LEGS = 5000
"""Of people who have had no more than these, all calls can be looked up while somebody waits for a page."""


class Scope(IntEnum):
    """How far a right reaches; a wider one includes the narrower."""

    NOTHING = 0
    OWN = 1
    """Calls that rang or were made on one's phones, or that one is responsible for."""
    TEAM = 2
    """Also those of everybody who is in a team with oneself."""
    ALL = 3


def seeing(user: Any) -> Scope:
    """Whose calls this user sees."""
    return _scope(user, "telephony.see_own_calls", "telephony.see_team_calls", "telephony.see_all_calls")


def listening(user: Any) -> Scope:
    """Whose recordings this user may listen to; never further than what is seen."""
    heard = _scope(user, "telephony.listen_own", "telephony.listen_team", "telephony.listen_all")
    return min(heard, seeing(user))


def visible_calls(user: Any, calls: QuerySet[Call] | None = None) -> QuerySet[Call]:
    """Those of the calls (default: all) that this user may see."""
    return _within(Call.objects.all() if calls is None else calls, user, seeing(user))


def sees_call_of(user: Any, column: str = "call") -> Q | Exists:
    """Whether the user may see the call that a row of another table leads to by this column; for filters."""
    if seeing(user) is Scope.ALL:
        return ~Q(**{f"{column}_id": None})
    return Exists(visible_calls(user, Call.objects.filter(pk=OuterRef(f"{column}_id")).order_by()))


def visible_dials(user: Any) -> QuerySet[Dial]:
    """Orders to call of those whose calls this user sees. A canary's, which is there for a minute, is nobody's."""
    scope = seeing(user)
    if scope is Scope.ALL:
        return Dial.objects.exclude(idempotency_key__startswith=CANARY_ORDER)
    people = Q(user=user.pk)
    if scope is Scope.TEAM:
        people |= Q(user__in=colleagues(user))
    return Dial.objects.filter(people)


def visible_missed(user: Any, *, between: tuple[datetime, datetime] | None = None) -> QuerySet[MissedItem]:
    """Missed clients whom this user may see: whose phone rang, who is to return them, and whose team is.

    With `between` those who were missed first within this time, however many: whose phone rang is looked up once for
    all of them; else item by item.
    """
    scope, items, rang = seeing(user), MissedItem.objects.all(), MissedRang.objects.all()
    if between is not None:
        span = {"first_at__gte": between[0], "first_at__lt": between[1]}
        items, rang = items.filter(**span), rang.filter(**span)
    if scope is Scope.ALL:
        return items
    if scope is Scope.NOTHING:
        return items.none()
    people = [user.pk]
    if scope is Scope.TEAM:
        people += colleagues(user).values_list("user_id", flat=True)
    teams = Team.objects.filter(members=user.pk).values("pk")
    charged = Q(assignee__in=people) | Q(closed_by__in=people) | Q(team__in=teams)
    rang = rang.filter(user__in=people)
    if between is not None:
        return items.filter(charged | Q(pk__in=rang.values("item")))
    return items.filter(charged | Exists(rang.filter(item=OuterRef("pk"))))


def audible_recordings(user: Any, recordings: QuerySet[Recording] | None = None) -> QuerySet[Recording]:
    """Those of the recordings (default: all) that this user may listen to."""
    found = Recording.objects.all() if recordings is None else recordings
    scope = listening(user)
    if scope is Scope.ALL:
        return found
    return found.filter(call__in=_within(Call.objects.all(), user, scope).values("pk"))


def may_download(user: Any) -> bool:
    """Whether what may be listened to may also be saved as a file."""
    return bool(user.is_active and user.has_perm("telephony.download_recording"))


def colleagues(user: Any) -> QuerySet[Any]:
    """Primary keys of everybody in a team with this user, as a subquery; without a team nobody."""
    return Team.members.through.objects.filter(team__members=user.pk).values("user_id")


def _scope(user: AbstractBaseUser | AnonymousUser | PermissionsMixin, own: str, team: str, everything: str) -> Scope:
    if not getattr(user, "is_active", False):
        return Scope.NOTHING
    has_right = user.has_perm  # type: ignore[union-attr]
    if has_right(everything):
        return Scope.ALL
    if has_right(team):
        return Scope.TEAM
    return Scope.OWN if has_right(own) else Scope.NOTHING


def _within(calls: QuerySet[Call], user: Any, scope: Scope) -> QuerySet[Call]:
    # What this installation played itself is no call of anybody's.
    calls = calls.filter(is_test=False)
    if scope is Scope.ALL:
        return calls
    if scope is Scope.NOTHING:
        return calls.none()
    return with_part_of(calls, people_of(user, scope))


def people_of(user: Any, scope: Scope) -> list[int]:
    """Whose calls a scope reaches that is neither ALL nor NOTHING."""
    people = [user.pk]
    if scope is Scope.TEAM:
        people += colleagues(user).exclude(user=user.pk).values_list("user_id", flat=True).distinct()
    return people


def with_part_of(calls: QuerySet[Call], people: Sequence[int]) -> QuerySet[Call]:
    """Those of the calls that rang or were made on a phone of one of these users, or that one is responsible for.

    As lists show the latest calls first, a database would read call after call until it had enough of these: quick
    for who talks every day, and a matter of seconds among a million calls for who rarely does. So who has had few
    calls has them looked up, by all their legs; of who has had many, calls are read one after the other, beginning
    where the last one is.
    """
    legs = CallLeg.objects.filter(user__in=people).order_by()
    charged = Call.objects.filter(responsible__in=people).order_by()
    if legs[: FEW_LEGS + 1].count() <= FEW_LEGS:
        return calls.filter(pk__in=legs.values("call_id").union(charged.values("pk")))
    own = legs.filter(call=OuterRef("pk")).values("pk")[:1]
    if len(people) == 1:
        last = (legs.order_by("-call").values("call_id")[:1], charged.order_by("-pk").values("pk")[:1])
        calls = calls.filter(pk__lte=Greatest(*(Coalesce(Subquery(pk), 0) for pk in last)))
    # Not EXISTS or IN: PostgreSQL would make a table of all the legs first.
    return calls.filter(Q(responsible__in=people) | Q(IsNull(Subquery(own), False)))


def charged_to(calls: QuerySet[Call], user_pk: int) -> QuerySet[Call]:
    """Those of the calls that this user is responsible for; as quick for somebody who left long ago."""
    charged = Call.objects.filter(responsible=user_pk)
    return calls.filter(responsible=user_pk, pk__lte=Subquery(charged.order_by("-pk").values("pk")[:1]))
