"""Whether somebody is there for calls: what people say of themselves, and the minutes after a talk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from telephony.calls.change import Change
from telephony.calls.loading import Told
from telephony.calls.of_id import is_of_id
from telephony.cards import live
from telephony.database.reading import Prepared
from telephony.database.together import Question
from telephony.domain.events import CallStatus, EventKind
from telephony.models import CallLeg, DeskSettings, Team

LATE = timedelta(minutes=2)
"""A talk whose end we hear of only now was followed by nothing any more."""


class State(StrEnum):
    AVAILABLE = "available"
    AFTER_CALL = "after_call"
    """A talk ended a moment ago. Nobody chooses it."""
    BREAK = "break"
    DO_NOT_DISTURB = "do_not_disturb"


WORDS: dict[State, str | Promise] = {
    State.AVAILABLE: _("available"),
    State.AFTER_CALL: _("after-call work"),
    State.BREAK: _("break"),
    State.DO_NOT_DISTURB: _("do not disturb"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`reason` is that of a break, `until` when it ends by itself, `since` when it was chosen: None where unknown."""

    state: State
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def word(self) -> str:
        """In words, like "break: lunch"."""
        word = str(WORDS[self.state])
        return f"{word}: {DeskSettings.Break(self.reason).label}" if self.reason else word


AVAILABLE = Status(state=State.AVAILABLE)


def status_of(row: DeskSettings | None, now: datetime) -> Status:
    """What holds at this moment; a user without settings is available."""
    if row is None:
        return AVAILABLE
    if row.is_undisturbed(now):
        return Status(state=State.DO_NOT_DISTURB, since=row.status_since, until=row.do_not_disturb_until)
    if row.break_reason:
        return Status(state=State.BREAK, reason=row.break_reason, since=row.status_since)
    if row.after_call_until is not None and row.after_call_until > now:
        return Status(state=State.AFTER_CALL, until=row.after_call_until)
    return Status(state=State.AVAILABLE, since=row.status_since)


@transaction.atomic
def choose_status(*, user: Any, state: State, reason: str = "") -> None:
    """The user says so; pages of theirs and the board hear of it. It also ends after-call work."""
    DeskSettings.objects.get_or_create(user=user)
    DeskSettings.objects.filter(user=user).update(
        do_not_disturb=state is State.DO_NOT_DISTURB,
        do_not_disturb_until=None,
        break_reason=reason if state is State.BREAK else "",
        status_since=timezone.now(),
        after_call_until=None,
    )
    live.publish(users=[user.pk], content={}, board=True)


_MINUTES = Prepared(
    lambda: Team.members.through.objects.filter(
        user_id__in=CallLeg.objects.filter(is_of_id("call__")).values("user_id"), team__after_call_seconds__gt=0
    ).values_list("user_id", "team__after_call_seconds")
)


_ENDS = (EventKind.ENDED, EventKind.LEG_ENDED)


def asks(told: Told) -> Iterator[Question]:
    """How long who took part in a call writes it down, by team; those who don't are not in it."""
    if told.event.kind in _ENDS:
        yield Question(_MINUTES, {"connection": told.connection.pk, "id": told.event.external_id})


def begin_after_call(change: Change, *, legs: Sequence[CallLeg], now: datetime, clock_behind: timedelta) -> None:
    """Whose talk just ended writes it down for as long as the team says.

    Needs the transaction that saves the legs.
    """
    talked = {leg.user_id for leg in change.stored_legs if leg.user_id and leg.status == CallStatus.TALKING}
    still = {leg.user_id for leg in legs if leg.user_id and leg.is_open}
    fresh = {leg.user_id for leg in legs if leg.ended_at is not None and leg.ended_at > now - clock_behind - LATE}
    done = sorted((talked - still) & fresh - {None}, key=int)
    if not done:
        return
    told = change.answers.rows(_MINUTES, connection=change.call.connection_id, id=change.call.external_id)
    for user_id in done:
        seconds = max((seconds for user, seconds in told if user == user_id), default=0)
        if seconds:
            until = now + timedelta(seconds=seconds)
            DeskSettings.objects.update_or_create(user_id=user_id, defaults={"after_call_until": until})
