"""What the demo company does after a call: working hours, and two rules, one of which only shows what it would do."""

from __future__ import annotations

from django.contrib.auth.models import User

from telephony.models import Calendar, CallEnding, CallRule, MissedRule, Schedule
from telephony.models.schedule import WEEKDAYS


def make_rules(chief: User) -> None:
    """Where nobody has set up any: `chief` hears of new clients who were missed."""
    if not Schedule.objects.exists():
        Schedule.objects.create(
            name="Офис",
            is_default=True,
            time_zone="Europe/Moscow",
            calendar=Calendar.objects.order_by("pk").first(),
            **dict.fromkeys(WEEKDAYS[:5], "09:00-18:00"),
        )
    if not MissedRule.objects.exists():
        MissedRule.objects.create()
    if not CallRule.objects.exists():
        missed = CallRule.objects.create(
            enabled=True,
            ending=CallEnding.MISSED,
            who=CallRule.Who.UNKNOWN,
            task_title="Перезвонить: {number} ({our_number})",
            assignee=CallRule.Assignee.OF_CALL,
            person=chief,
        )
        missed.tell.set([chief])
        CallRule.objects.create(
            ending=CallEnding.ANSWERED, who=CallRule.Who.UNKNOWN, add_contact=True, contact_source="Звонок", tag="новый"
        )
