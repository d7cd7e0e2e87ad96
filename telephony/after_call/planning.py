"""Finds the rules that fit a call which is over, in the transaction that saves the call: a row for each."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from telephony.after_call.matching import Facts, fits, is_new_enough
from telephony.calls.change import Change
from telephony.database.reading import Given, Prepared
from telephony.domain.after_call import ending_of
from telephony.models import CallRule, RuleRun

SETTLES = timedelta(seconds=5)
"""PBXs tell a call's outcome in several messages: a rule waits for what may follow the end at once."""
OLDEST = timedelta(days=2)
"""A list of a PBX may bring a call from yesterday that was never told; nothing is done after an older one."""


_RULES = Prepared(lambda: CallRule.objects.filter(enabled=True, ending=Given("ending")).select_related("line"))


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
    rules = _RULES.rows(ending=facts.ending)
    fitting = [rule for rule in rules if is_new_enough(rule, call.started_at) and fits(rule, facts)]
    rows = [
        RuleRun(rule=rule, call=call, ending=facts.ending, created_at=now, next_try_at=now + SETTLES)
        for rule in fitting
    ]
    RuleRun.objects.bulk_create(rows, ignore_conflicts=True)
