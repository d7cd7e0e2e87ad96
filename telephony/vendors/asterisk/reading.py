"""One AMI event, and the facts that can be read of it. Source: Asterisk's AMI events (README.md, "Sources")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallEvent, Direction, EventKind, LegRole, Phone, fingerprint
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.domain.numbers import normalise
from telephony.vendors.asterisk.channels import Party, Plan, number, params_of
from telephony.vendors.parties import NOBODY, client_facts

LINKED = ("Linkedid", "DestLinkedid", "LinkedID", "TransfererLinkedid", "OrigTransfererLinkedid")
"""The call, of which each event names one of its channels: the id of the first channel that they all were joined with.
Of an attended transfer that is the client's call, not the one in which the colleague was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    params: fields.Params
    plan: Plan
    call_id: str
    at: datetime
    is_timed: bool
    """The agent's own time of it could be read."""
    region: str

    @classmethod
    def of(cls, message: dict[str, Any], hook: Hook, profile: ConnectionProfile) -> Reading:
        params = params_of(message, received_at=hook.received_at)
        at = fields.moment(params, "at", UTC)
        return cls(
            params=params,
            plan=Plan.of(profile),
            call_id=next((value for name in LINKED if (value := fields.text(params, name))), ""),
            at=at or hook.received_at,
            is_timed=at is not None,
            region=profile.phone_region,
        )

    def text(self, name: str) -> str:
        return fields.text(self.params, name)

    def number(self, name: str) -> str:
        return number(self.params, name)

    def channel(self, name: str) -> Party:
        return self.plan.party(self.text(name))

    def phone(self, name: str) -> Phone:
        """The client's number; empty if it is hidden."""
        return normalise(self.number(name), self.region)

    def called(self, dialled: str) -> Phone:
        return normalise(dialled, self.region)

    def start(
        self,
        direction: Direction,
        *,
        extension: str = "",
        client: Phone | None = None,
        our_number: str = "",
        is_first: bool = True,
    ) -> CallEvent:
        """`is_first`: it is the call's first event, so the call began with it."""
        return self.event(
            EventKind.CALL_STARTED,
            direction=direction,
            extension=extension,
            role=LegRole.CALLING if extension else LegRole.CALLED,
            client=client,
            our_number="" if self.plan.is_extension(our_number) else our_number,
            started_at=self.at if is_first else None,
        )

    def event(self, kind: EventKind, *, of: str = "", client: Phone | None = None, **facts: Any) -> CallEvent:
        """`of`: which of the things that one message tells; empty for the one that most messages tell."""
        told = {name: value for name, value in self.params.items() if name != "CallerIDName"}
        told |= {"of": of} if of else {}
        return CallEvent(
            kind=kind,
            external_id=self.call_id,
            occurred_at=self.at,
            by_pbx_clock=self.is_timed,
            time_is_guess=not self.is_timed,
            fingerprint=fingerprint(told),
            **client_facts(client or NOBODY),
            **facts,
        )
