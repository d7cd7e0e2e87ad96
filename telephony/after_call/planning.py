"""Finds the rules that fit a call which is over, in the transaction that saves the call: a row for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from telephony.after_call.matching import Facts, fits, is_new_enough
from telephony.calls.change import Change
from telephony.calls.loading import Told
from telephony.database.reading import Prepared
from telephony.database.together import Question
from telephony.domain.after_call import ending_of
from telephony.domain.events import EventKind
from telephony.models import CallRule, RuleRun

SETTLES = timedelta(seconds=5)
"""PBXs tell a call's outcome in several messages: a rule waits for what may follow the end at once."""
OLDEST = timedelta(days=2)
"""A list of a PBX may bring a call from yesterday that was never told; nothing is done after an older one."""


_RULES = Prepared(lambda: CallRule.objects.filter(enabled=True).select_related("line"))


def asks(told: Told) -> Iterator[Question]:
    """The rules, where the call is likely to be over."""
    if told.event.kind is EventKind.ENDED:
        yield Question(_RULES)


def plan_rules(change: Change) -> None:
    """A follower: what is to be done after this call is a row, once for each rule, whatever comes again."""
    call, stored = change.call, change.stored
    facts = Facts(call)
    now = timezone.now()
    if facts.ending is None or call.started_at < now - OLDEST:
        return
    was = ending_of(stored["direction"], stored["status"]) if stored.get("ended_at") is not None else None
    if facts.ending == was:
        return
    rules = change.answers.rows(_RULES)
    fitting = [
        rule
        for rule in rules
        if rule.ending == facts.ending and is_new_enough(rule, call.started_at) and fits(rule, facts)
    ]
    rows = [
        RuleRun(rule=rule, call=call, ending=facts.ending, created_at=now, next_try_at=now + SETTLES)
        for rule in fitting
    ]
    if rows:
        RuleRun.objects.bulk_create(rows, ignore_conflicts=True)
