"""What rules did after a call, and who was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from telephony.after_call.registry import performer_of
from telephony.after_call.words import sentence
from telephony.calls.access import visible_calls
from telephony.domain.after_call import ending_of
from telephony.models import Call, RuleEffect, RuleMessage, RuleRun
from telephony.ui import presentation

MOST_COUNTED = 99
_TONES = {RuleRun.State.DONE: "good", RuleRun.State.FAILED: "bad", RuleRun.State.WAITING: "warn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One effect in words."""

    kind: str
    result: str
    name: str = ""
    """Of what was made; empty for who may not see it, or where it is gone."""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """One rule after one call."""

    words: str
    run: RuleRun
    tone: str
    deeds: Sequence[Deed]
    told: str
    """Names of the people who were told."""
    is_otherwise: bool
    """Whether the call has turned out to have ended otherwise than it was known then."""


def acted_after(call: Call, user: Any) -> list[Acted]:
    """What rules did after a call that this user may see."""
    runs = call.rule_runs.select_related("rule__line", "rule__connection")
    found = list(runs.prefetch_related("rule__tell", "effects", "messages__user"))
    shown = _shown([effect for run in found for effect in run.effects.all()], user) if found else {}
    ending = ending_of(call.direction, call.status)
    return [
        Acted(
            words=sentence(run.rule),
            run=run,
            tone=_TONES.get(RuleRun.State(run.state), ""),
            deeds=[_deed(effect, shown) for effect in run.effects.all()],
            told=", ".join(presentation.person(message.user) for message in run.messages.all()),
            is_otherwise=run.state == RuleRun.State.DONE and run.ending != ending,
        )
        for run in found
    ]


def _shown(effects: Sequence[RuleEffect], user: Any) -> dict[tuple[str, int], tuple[str, str]]:
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for kind in sorted({effect.kind for effect in effects}):
        performer = performer_of(kind)
        pks = [effect.made for effect in effects if effect.kind == kind and effect.made is not None]
        if performer is not None and pks:
            found |= {(kind, pk): words for pk, words in performer.show(pks, user).items()}
    return found


def _deed(effect: RuleEffect, shown: dict[tuple[str, int], tuple[str, str]]) -> Deed:
    name, url = shown.get((effect.kind, effect.made or 0), ("", ""))
    kind, result = str(effect.get_kind_display()), str(effect.get_result_display())
    return Deed(kind=kind, result=result, name=name, url=url)


def told_to(user: Any) -> QuerySet[RuleMessage]:
    """What rules told this user, newest first: of calls that the user may see now."""
    rows = RuleMessage.objects.filter(user=user.pk, run__call__in=visible_calls(user).order_by().values("pk"))
    related = ("run__rule__line", "run__rule__connection", "run__call__contact", "run__call__connection")
    return rows.select_related(*related, "run__call__responsible").order_by("-pk")


def unseen(request: HttpRequest) -> str:
    """How many messages one has not seen yet, for the menu; empty for none."""
    user = request.user
    if not user.is_authenticated:
        return ""
    count = told_to(user).filter(seen_at=None)[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")
