"""Who returns a missed call, and until when: by the rule of its number, of its connection, or of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model

from telephony import conf
from telephony.calls import contacts
from telephony.calls.contacts import Lookup
from telephony.database.reading import Given, Prepared
from telephony.database.together import Answers, Question
from telephony.domain import numbers
from telephony.domain.events import CallEvent, Phone
from telephony.domain.hours import add_working
from telephony.domain.missed import Item, Part, State
from telephony.hours.selectors import ANY_SCHEDULE, hours_for
from telephony.missed.heard import Heard
from telephony.models import Call, MissedItem, MissedRule, Team

MINUTES = 30
"""Of working time, where no rule says otherwise."""
_RULES = Prepared(lambda: MissedRule.objects.select_related("line"))
_ACTIVE = Prepared(
    lambda: (
        get_user_model()
        ._default_manager.filter(pk=Given("user"), is_active=True)
        .order_by()
        .values_list("pk", flat=True)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who is to return it; of a team, while nobody took it, whoever does."""

    user: int | None = None
    team: int | None = None


def asks(call: CallEvent | Call) -> Iterator[Question]:
    """What tells who returns this call, or the one that this event ends, if it was missed."""
    yield Question(_RULES)
    yield Question(ANY_SCHEDULE)
    yield from contacts.asks(call)


def rule_of(*, connection: int, our_number: str, answers: Answers) -> MissedRule | None:
    """The rule of our number, else of the connection, else of all."""
    rules = answers.rows(_RULES)
    match = numbers.match_key(our_number)
    for rule in rules:
        if rule.line is not None and rule.line.connection_id == connection and rule.line.match == match:
            return rule
    of_connection = next((rule for rule in rules if rule.line_id is None and rule.connection_id == connection), None)
    return of_connection or next((rule for rule in rules if rule.line_id is None and rule.connection_id is None), None)


def deadline(*, item: Item, last: Heard, rule: MissedRule | None, duty: Duty, answers: Answers) -> datetime:
    """Until when somebody should have called back: so many minutes of working time after the first attempt.

    The hours are the team's that is to return it, else our number's, the connection's, the company's. Whoever called
    outside them waits from the next opening.
    """
    team = duty.team or (rule.team_id if rule else None)
    connection, our_number = last.call.connection, last.our_number
    hours = hours_for(connection_id=connection, our_number=our_number, team_id=team, answers=answers)
    span = timedelta(minutes=rule.minutes if rule else MINUTES)
    return add_working(hours, item.first_at, span) or item.first_at + span


def pass_on(item: Item) -> None:
    """What waits is as if nobody who has left since had taken it, or been given it."""
    if item.taken_by is None or _active(item.taken_by) is None:
        item.taken_by = None
        item.state = State.OPEN if item.state is State.TAKEN else item.state
    item.given_to = _active(item.given_to)


def duty_of(
    *,
    item: Item,
    last: Heard,
    story: Sequence[Heard],
    rule: MissedRule | None,
    row: MissedItem | None,
    answers: Answers,
) -> Duty:
    """Who returns it: who took it, or was given it; else whom the rule names, else whoever is next to ask."""
    decided = item.taken_by or item.given_to
    if decided is not None:
        return Duty(user=decided)
    way = rule.way if rule else MissedRule.Way.RESPONSIBLE
    if rule is not None and way == MissedRule.Way.FIXED and (user := _active(rule.user_id)):
        return Duty(user=user)
    if rule is not None and way == MissedRule.Way.ROUND_ROBIN and (user := _next_of_team(rule.team_id, row)):
        return Duty(user=user)
    ways: Sequence[str] = [way, *(other for other in _CHAIN if other != way)] if way in _CHAIN else _CHAIN
    for one in ways:
        duty = _asked(one, item=item, last=last, story=story, rule=rule, answers=answers)
        if duty.user is not None or duty.team is not None:
            return duty
    return Duty()


_CHAIN: tuple[str, ...] = (MissedRule.Way.RESPONSIBLE, MissedRule.Way.LAST_TALKED, MissedRule.Way.RANG)
"""Who is asked in turn where the rule names nobody."""


def _asked(
    way: str, *, item: Item, last: Heard, story: Sequence[Heard], rule: MissedRule | None, answers: Answers
) -> Duty:
    if way == MissedRule.Way.RESPONSIBLE:
        return Duty(user=_in_charge(last, answers))
    if way == MissedRule.Way.LAST_TALKED:
        return Duty(user=_active(_talked_last(item, story)))
    return _rang(last, rule)


def _active(user: int | None) -> int | None:
    if user is None:
        return None
    return _ACTIVE.first(user=user)


def _in_charge(last: Heard, answers: Answers) -> int | None:
    if last.contact is None:
        return None
    cards = Lookup().find(Phone(raw=last.raw, e164=last.e164), answers)
    card = next((card for card in cards if card.pk == last.contact), None)
    if card is None or card.responsible_is_active is False:
        return None
    return card.responsible_id if card.responsible_is_active else _active(card.responsible_id)


def _talked_last(item: Item, story: Sequence[Heard]) -> int | None:
    """`story` is newest first."""
    ghost = conf.ghost_talk_seconds()
    talks = (one for one in story if one.call.started_at < item.first_at and one.call.part(ghost) is Part.TALK)
    return next((one.responsible for one in talks if one.responsible is not None), None)


def _rang(last: Heard, rule: MissedRule | None) -> Duty:
    if rule is not None and rule.way == MissedRule.Way.RANG and rule.team_id is not None:
        return Duty(team=rule.team_id)
    if last.responsible is None:
        return Duty()
    team = Team.objects.filter(members=last.responsible).order_by("name").values_list("pk", flat=True).first()
    return Duty(team=team) if team is not None else Duty(user=_active(last.responsible))


def _next_of_team(team: int | None, row: MissedItem | None) -> int | None:
    """Whoever of the team was given an item the longest ago; who has this one keeps it."""
    members = list(
        get_user_model()._default_manager.filter(teams=team, is_active=True).order_by("pk").values_list("pk", flat=True)
    )
    if row is not None and row.assignee_id in members:
        return row.assignee_id
    if not members:
        return None
    given = MissedItem.objects.filter(assignee__in=members).order_by("assignee", "-pk")
    newest: dict[int, int] = {}
    for pk, assignee in given.values_list("pk", "assignee_id")[:5000]:
        newest[assignee] = max(newest.get(assignee, 0), pk)
    return min(members, key=lambda member: (newest.get(member, 0), member))
