"""Items read for pages, scripts and the API."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from telephony.calls import access
from telephony.calls.selectors import iso
from telephony.domain.missed import State
from telephony.models import CallLeg, MissedItem, Team
from telephony.models.missed import WAITING

WHOSE = ("mine", "team", "all")
SHOWN = ("waiting", "not_returned", "returned", "closed", "everything")
PERIODS = ("", "today", "yesterday", "7", "30")
MOST_COUNTED = 99


def waiting(items: QuerySet[MissedItem] | None = None) -> QuerySet[MissedItem]:
    """Those that are not over, the most urgent first."""
    found = MissedItem.objects.all() if items is None else items
    return found.filter(state__in=WAITING).order_by("due_at", "first_at", "pk")


def with_details(items: QuerySet[MissedItem]) -> QuerySet[MissedItem]:
    found = items.select_related("contact", "connection", "assignee", "taken_by", "team", "closed_by", "last_call")
    return found.defer("connection__settings", "connection__hook_secret")


def of(user: Any, whose: str) -> QuerySet[MissedItem]:
    """Of those that the user may see: one's own to return, the team's, or all."""
    items = access.visible_missed(user)
    if whose == "mine":
        return items.filter(_of_person(user))
    if whose == "team":
        people = Q(assignee__in=access.colleagues(user)) | Q(team__in=_teams(user))
        return items.filter(people)
    return items


def _of_person(user: Any) -> Q:
    """Given to the user; or to nobody, and the user's team or phone was called."""
    rang = CallLeg.objects.filter(call=OuterRef("last_call"), user=user.pk)
    nobodys = Q(assignee=None) & (Q(team__in=_teams(user)) | Q(Q(team=None), Exists(rang)))
    return Q(assignee=user.pk) | nobodys


def _teams(user: Any) -> QuerySet[Any]:
    return Team.objects.filter(members=user.pk).values("pk")


def shown(items: QuerySet[MissedItem], show: str, now: datetime) -> QuerySet[MissedItem]:
    """What waits comes with the most urgent first, what is put off last; what is over with the newest first."""
    if show == "waiting":
        asleep = Case(When(state=State.SNOOZED, snoozed_until__gt=now, then=1), default=0)
        return waiting(items).order_by(asleep, "due_at", "first_at", "pk")
    states = {"not_returned": ~Q(state=State.RETURNED), "returned": Q(state=State.RETURNED)}
    found = items.filter(states.get(show, Q(state=State.CLOSED) if show == "closed" else Q()))
    return found.order_by("-last_at", "-pk")


def within(items: QuerySet[MissedItem], period: str, now: datetime) -> QuerySet[MissedItem]:
    """Those who were missed within these days of the site's zone."""
    first, last = days_of(period, timezone.localdate(now))
    if first is None or last is None:
        return items
    return items.filter(last_at__gte=_midnight(first), first_at__lt=_midnight(last + timedelta(days=1)))


def days_of(period: str, today: date) -> tuple[date | None, date | None]:
    if period == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1)
    if period == "today":
        return today, today
    return (today - timedelta(days=int(period) - 1), today) if period in ("7", "30") else (None, None)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def to_do(user: Any, now: datetime) -> tuple[int, int]:
    """How many this user has to return, and how many of others are overdue that a supervisor sees."""
    awake = waiting(access.visible_missed(user)).exclude(state=State.SNOOZED, snoozed_until__gt=now)
    own = awake.filter(_of_person(user)).order_by()[: MOST_COUNTED + 1].count()
    if access.seeing(user) < access.Scope.TEAM:
        return own, 0
    late = awake.filter(due_at__lt=now).exclude(_of_person(user)).order_by()
    return own, late[: MOST_COUNTED + 1].count()


def latest_of(user: Any, *, keys: Iterable[str] = (), contacts: Iterable[int] = ()) -> list[MissedItem]:
    """The items of these clients that the user may see, newest first; of each client the first is the one to show."""
    client = Q(client_key__in=[key for key in keys if key]) | Q(contact__in=list(contacts))
    return list(with_details(access.visible_missed(user).filter(client)).order_by("-first_at", "-pk")[:100])


def item_as_json(item: MissedItem, *, now: datetime) -> dict[str, Any]:
    """The item for scripts: times in ISO 8601, UTC; people by their user name."""
    return {
        "client_e164": item.client_e164 or None,
        "contact": str(item.contact) if item.contact else None,
        "attempts": item.attempts,
        "first_at": iso(item.first_at),
        "last_at": iso(item.last_at),
        "due_at": iso(item.due_at),
        "assignee": item.assignee.get_username() if item.assignee else None,
        "state": item.state_at(now),
        "our_number": item.our_number or None,
        "connection": item.connection_id,
    }
