"""Whether a rule fits a call."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from telephony import conf
from telephony.domain import numbers
from telephony.domain.after_call import Ending, ending_of
from telephony.domain.events import Phone
from telephony.domain.hours import Hours, is_working
from telephony.hours.selectors import hours_for
from telephony.models import Call, CallRule


class Facts:
    """What rules ask of one call; each is read from the database once, and only if a rule asks for it."""

    def __init__(self, call: Call, *, hours: Hours | None = None, is_known: bool | None = None) -> None:
        self.call = call
        self.ending: Ending | None = ending_of(call.direction, call.status) if call.ended_at is not None else None
        self._hours = hours
        self._is_known = is_known

    @cached_property
    def is_known(self) -> bool:
        """Whether a contact has the number, or several have."""
        return is_known(self.call) if self._is_known is None else self._is_known

    @cached_property
    def in_hours(self) -> bool:
        call = self.call
        hours = self._hours or hours_for(connection_id=call.connection_id, our_number=call.our_number)
        return is_working(hours, call.started_at)


def is_known(call: Call) -> bool:
    if call.contact_id is not None:
        return True
    number = Phone(raw=call.client_raw, e164=call.client_e164)
    return bool(call.client_match or call.client_e164) and bool(conf.contact_directory().find(number))


def fits(rule: CallRule, facts: Facts) -> bool:
    """Needs `rule.line` to be fetched with it."""
    return is_of_kind(rule, facts) and _is_client(rule, facts) and _is_time(rule, facts)


def is_of_kind(rule: CallRule, facts: Facts) -> bool:
    """Whether the call ended so, at this connection and number."""
    call, line = facts.call, rule.line
    if facts.ending != rule.ending or rule.connection_id not in (None, call.connection_id):
        return False
    if line is None:
        return True
    return line.connection_id == call.connection_id and line.match == numbers.match_key(call.our_number)


def is_new_enough(rule: CallRule, started_at: datetime) -> bool:
    """A rule does not act after calls from before it was switched on."""
    return rule.enabled and rule.enabled_at is not None and started_at >= rule.enabled_at


def _is_client(rule: CallRule, facts: Facts) -> bool:
    return rule.who == CallRule.Who.ANYBODY or facts.is_known == (rule.who == CallRule.Who.KNOWN)


def _is_time(rule: CallRule, facts: Facts) -> bool:
    return rule.hours == CallRule.Hours.ANY or facts.in_hours == (rule.hours == CallRule.Hours.IN)
