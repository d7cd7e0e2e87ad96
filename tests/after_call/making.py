"""Short ways to make rules, and to let the worker do what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from telephony.after_call import acting
from telephony.after_call.planning import SETTLES
from telephony.models import CallRule, RuleEffect, RuleRun
from tests.telephony.messages import START


def make_rule(ending: str = "missed", **values: Any) -> CallRule:
    """A rule that has been on for a day when the calls begin."""
    rule = CallRule.objects.create(enabled=True, ending=ending, **values)
    CallRule.objects.filter(pk=rule.pk).update(enabled_at=START - timedelta(days=1))
    return rule


def work() -> None:
    """As if the calls had settled."""
    RuleRun.objects.filter(state="waiting").update(next_try_at=timezone.now() - SETTLES)
    acting.act_due()


def did() -> list[tuple[str, str]]:
    """Kind and result of every effect, in order."""
    return list(RuleEffect.objects.order_by("pk").values_list("kind", "result"))


def states() -> list[str]:
    return list(RuleRun.objects.order_by("pk").values_list("state", flat=True))
