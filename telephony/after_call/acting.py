"""Does what rules say: a worker, row by row, each in one transaction that has locked the call's client."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony import conf
from telephony.after_call import registry
from telephony.after_call.matching import Facts, is_of_kind
from telephony.after_call.words import task_title
from telephony.calls import locks
from telephony.calls.access import visible_calls
from telephony.calls.contacts import the_contact
from telephony.domain.events import Phone
from telephony.domain.exceptions import CallBusy
from telephony.domain.hours import add_working
from telephony.hours.selectors import hours_for
from telephony.jobs import Pauses, Queue, Run
from telephony.models import Call, CallRule, RuleEffect, RuleMessage, RuleRun
from telephony.outgoing.notices import tell_of_rule
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)
QUEUE = Queue(
    model=RuleRun,
    due=Q(state=RuleRun.State.WAITING),
    lease=timedelta(seconds=60),
    pauses=Pauses(table=(timedelta(seconds=10), timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=2))),
)
Kind, Result = RuleEffect.Kind, RuleEffect.Result


def act_due(*, run: Run | None = None) -> int:
    """Do what is due, the oldest first; returns how many rows were taken."""
    done = 0
    for row in QUEUE.claims(run=run, exhausted=_give_up):
        done += 1
        try:
            act(row=row)
        except CallBusy:
            QUEUE.give_back(row, at=timezone.now() + timedelta(seconds=5))
        except Exception as error:
            # What a CRM does may fail in any way; its other rows must not wait for that.
            log.warning("Rule %s after call %s:\n%s", row.rule_id, row.call_id, readable_traceback(error))
            if not QUEUE.retry(row):
                _give_up(row)
    return done


@transaction.atomic
def act(*, row: RuleRun) -> None:
    """All that the rule says, or nothing of it. Whoever does it again does nothing."""
    found = Call.objects.filter(pk=row.call_id).values_list("client_e164", "client_match", "contact").first()
    if found is None:
        return  # The call went, and its rows with it.
    names = {f"after-call:row:{row.pk}", *(f"after-call:{key}" for key in found[:2] if key)}
    locks.take(names=names, patience_ms=locks.PATIENCE_OF_WORKER_MS)
    fresh = RuleRun.objects.select_related("rule__line", "rule__person", "call__responsible").get(pk=row.pk)
    if fresh.state != RuleRun.State.WAITING:
        return
    if fresh.rule is None:  # It was deleted before it acted.
        fresh.delete()
        return
    if not is_of_kind(fresh.rule, Facts(fresh.call)):
        QUEUE.release(row, at=None, state=RuleRun.State.OTHERWISE, done_at=timezone.now())
        return
    _perform(fresh, fresh.rule)
    _tell(fresh, fresh.rule)
    QUEUE.release(row, at=None, state=RuleRun.State.DONE, done_at=timezone.now())


def _give_up(row: RuleRun) -> None:
    QUEUE.release(row, at=None, state=RuleRun.State.FAILED, done_at=timezone.now())


def _perform(run: RuleRun, rule: CallRule) -> None:
    """The contact first: tag and task are for it."""
    contact = _contact_of(run.call)
    wanted: Sequence[tuple[str, Any]] = (
        (Kind.CONTACT, rule.add_contact),
        (Kind.TAG, rule.tag),
        (Kind.TASK, rule.task_title),
    )
    for kind in (kind for kind, is_wanted in wanted if is_wanted):
        performer = registry.performer_of(kind)
        if performer is None:
            RuleEffect.objects.create(run=run, kind=kind, result=Result.IMPOSSIBLE)
            continue
        done = performer.do(_order(run, rule, kind, contact))
        contact = done.contact or contact
        RuleEffect.objects.create(run=run, kind=kind, result=done.result, made=done.made)


def _contact_of(call: Call) -> int | None:
    if call.contact_id is not None or not (call.client_match or call.client_e164):
        return call.contact_id
    number = Phone(raw=call.client_raw, e164=call.client_e164)
    return the_contact(number=number, found=conf.contact_directory().find(number))


def _order(run: RuleRun, rule: CallRule, kind: str, contact: int | None) -> registry.Order:
    call = run.call
    hours = hours_for(connection_id=call.connection_id, our_number=call.our_number)
    span = timedelta(minutes=rule.task_minutes)
    ended_at = call.ended_at or call.started_at
    return registry.Order(
        rule=rule,
        call=call,
        title=task_title(rule, call) if kind == Kind.TASK else "",
        # Hours that never come must not keep a client waiting for ever.
        due_at=add_working(hours, ended_at, span) or ended_at + span,
        fallback=_active(_fallback(rule, call)),
        contact=contact,
        earlier=_earlier(run, kind, contact),
    )


def _fallback(rule: CallRule, call: Call) -> Iterable[Any]:
    return [rule.person] if rule.assignee == CallRule.Assignee.FIXED else [call.responsible, rule.person]


def _active(people: Iterable[Any]) -> Any:
    return next((user for user in people if user is not None and user.is_active), None)


def _earlier(run: RuleRun, kind: str, contact: int | None) -> list[int]:
    """Whatever this rule made for this client, by the number or as the same contact."""
    call = run.call
    same = Q(pk__in=[])
    if call.client_match:
        same |= Q(run__call__client_match=call.client_match)
    if contact is not None:
        same |= Q(run__call__contact=contact)
    rows = RuleEffect.objects.filter(same, run__rule=run.rule_id, kind=kind, made__isnull=False).order_by("-pk")
    return [pk for pk in rows.values_list("made", flat=True)[:20] if pk is not None]


def _tell(run: RuleRun, rule: CallRule) -> None:
    """The people whom the rule names and who may see the call, and other systems."""
    now = timezone.now()
    for user in rule.tell.filter(is_active=True):
        if not visible_calls(user).filter(pk=run.call_id).exists():
            continue
        by_mail = rule.tell_by_email and bool(user.email)
        mail = RuleMessage.Mail.WAITING if by_mail else RuleMessage.Mail.NONE
        row = RuleMessage(run=run, user=user, at=now, mail=mail, next_try_at=now if by_mail else None)
        row.save()
    if rule.tell_systems:
        told = tell_of_rule(call=run.call, rule_pk=rule.pk, words=str(rule))
        RuleEffect.objects.create(run=run, kind=Kind.SYSTEMS, result=Result.TOLD if told else Result.UNASKED)
