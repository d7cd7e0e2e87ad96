"""Tasks as the tasks' page shows them: whose, and how urgent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.access import visible_tasks
from crm.models import Task
from crm.selectors.timeline import with_people
from telephony.calls.access import colleagues
from telephony.models import Team

WHOSE = ("mine", "team", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Tasks of one urgency."""

    key: str
    """overdue, today, later or done."""
    title: str | Promise
    tasks: Sequence[Task]
    more: bool
    """Whether there are more than these."""


TITLES: dict[str, str | Promise] = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "later": _("Later"),
    "done": _("Done"),
}


def has_team(user: Any) -> bool:
    return Team.objects.filter(members=user.pk).exists()


def tasks_of(user: Any, whose: str) -> QuerySet[Task]:
    """Tasks of the user (`mine`), of everybody in a team with the user (`team`), or `all` that the user may see."""
    tasks = visible_tasks(user)
    if whose == "mine":
        return tasks.filter(assignee=user.pk)
    return tasks.filter(assignee__in=colleagues(user)) if whose == "team" else tasks


def sections(tasks: QuerySet[Task], *, done: bool, now: datetime, limit: int) -> list[Section]:
    """Open tasks by urgency, or the done ones, latest first; empty sections are left out."""
    if done:
        found = [_section("done", tasks.filter(done_at__isnull=False).order_by("-done_at", "-pk"), limit)]
    else:
        midnight = end_of_day(now)
        still_open = tasks.filter(done_at=None).order_by("due_at", "pk")
        found = [
            _section("overdue", still_open.filter(due_at__lt=now), limit),
            _section("today", still_open.filter(due_at__gte=now, due_at__lt=midnight), limit),
            _section("later", still_open.filter(due_at__gte=midnight), limit),
        ]
    return [section for section in found if section.tasks]


def due_today(user: Any, now: datetime) -> int:
    """How many open tasks of the user are overdue or due today; at most 100."""
    due = tasks_of(user, "mine").filter(done_at=None, due_at__lt=end_of_day(now))
    return due.order_by()[:100].count()


def end_of_day(now: datetime) -> datetime:
    """The next midnight in the current time zone."""
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time.min))


def _section(key: str, tasks: QuerySet[Task], limit: int) -> Section:
    found = list(with_people(tasks)[: limit + 1])
    return Section(key=key, title=TITLES[key], tasks=found[:limit], more=len(found) > limit)
