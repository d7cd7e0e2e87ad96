"""What a call must look like when every message of it came: written from the script, knowing nothing of the fold."""

from __future__ import annotations

from datetime import datetime

from telephony.domain.events import CallStatus, Direction, LegRole
from telephony.domain.fold import CallState, RecordingNote
from telephony.domain.fold.legs import Leg
from telephony.domain.numbers import to_e164
from telephony.domain.reasons import EndReason
from tests.properties.script import Script

PBX_CLOCK = ("sipuni", "mobilon")
"""These send the time of each event; of the others' events only the time of receipt is known."""


def truth(vendor: str, call: Script, *, anonymous_end: bool = False) -> CallState:
    """The call as its script has it, as far as this PBX tells."""
    started_at = call.arrives(0) if vendor == "xvb" else call.started_at
    answered_at = None if call.answered_after is None else _seen(vendor, call, call.answered_after)
    ended_at = _seen(vendor, call, call.ended_after)
    legs = _legs(vendor, call, anonymous_end=anonymous_end)
    return CallState(
        direction=call.direction,
        status=call.status,
        client_raw=call.client,
        client_e164=to_e164(call.client, "RU"),
        our_number=_our_number(vendor, call),
        started_at=started_at,
        ringing_at=min((leg.rang_at for leg in legs if leg.rang_at), default=None),
        answered_at=answered_at,
        ended_at=ended_at,
        ring_seconds=round(((answered_at or ended_at) - started_at).total_seconds()),
        talk_seconds=call.talk_seconds,
        legs=legs,
        responsible_leg=_responsible(legs),
        recordings=(RecordingNote(link=call.link, reference=""),) if call.recorded else (),
        tracking=_tracking(vendor, call),
        **_why(vendor, call),
    )


def _seen(vendor: str, call: Script, after: int) -> datetime:
    return call.at(after) if vendor in PBX_CLOCK else call.arrives(after)


def _our_number(vendor: str, call: Script) -> str:
    if call.direction is Direction.INCOMING or (vendor == "wirecrm" and call.direction is Direction.OUTGOING):
        return call.our_number
    return ""


def _why(vendor: str, call: Script) -> dict[str, str]:
    """XVB-PBX alone says more of a failed call than that it failed."""
    if vendor != "xvb" or call.status is not CallStatus.FAILED:
        return {}
    return {"end_reason": EndReason.UNREACHABLE, "end_reason_said": "notavailable"}


def _tracking(vendor: str, call: Script) -> dict[str, str]:
    if vendor == "mobilon":
        return {"utmString": "utm_source=yandex"}
    if vendor != "sipuni":
        return {}
    started = {"roistat": "12345"} if call.direction is Direction.INCOMING else {}
    return {**started, "roistatgoogleid": "GA1.2.3"}


def _knows_who_answered(vendor: str, call: Script, *, anonymous_end: bool) -> bool:
    if vendor in PBX_CLOCK or call.tells_answer:
        return True
    if call.end_names_employee and not anonymous_end:
        return True
    return vendor == "wirecrm" and len(call.rings) == 1  # Nobody else rang.


def _legs(vendor: str, call: Script, *, anonymous_end: bool) -> tuple[Leg, ...]:
    legs = []
    if call.caller:
        rang = call.started_at if vendor != "xvb" else call.arrives(0)
        legs.append(_leg(vendor, call, call.caller, LegRole.CALLING, rang, answered=call.answered_after))
    if call.direction is Direction.OUTGOING:
        return tuple(legs)
    known = _knows_who_answered(vendor, call, anonymous_end=anonymous_end)
    rings = call.rings
    if vendor == "xvb":  # It tells of no ring, only who answered.
        rings = ((call.answered_by, -1),) if call.answered_by and known else ()
    for extension, after in rings:
        rang_at = None if after < 0 else _seen(vendor, call, after)
        answered = call.answered_after if known and extension == call.answered_by else None
        legs.append(_leg(vendor, call, extension, LegRole.CALLED, rang_at, answered=answered, others=known))
    if call.transfer:
        legs.append(_transferred(call))
    return tuple(legs)


def _leg(
    vendor: str,
    call: Script,
    extension: str,
    role: LegRole,
    rang_at: datetime | None,
    *,
    answered: int | None,
    others: bool = True,
) -> Leg:
    """`others`: the PBX tells when somebody else's answer stopped this phone."""
    status, ended = call.status, call.ended_after
    if answered is not None:
        ended = call.transfer.left_after if call.transfer else ended
    elif call.answered_after is not None:
        status = CallStatus.CANCELLED
        ended = call.answered_after if others else ended
    has_key = vendor == "mobilon" and not (call.direction is Direction.INTERNAL and role is LegRole.CALLING)
    return Leg(
        role=role,
        extension=extension,
        user_key=f"key-{extension}" if has_key else "",
        rang_at=rang_at,
        answered_at=None if answered is None else _seen(vendor, call, answered),
        ended_at=_seen(vendor, call, ended),
        status=status,
        talk_seconds=None if answered is None else ended - answered,
        is_transfer=False,
    )


def _transferred(call: Script) -> Leg:
    """Only Sipuni tells of transfers."""
    transfer = call.transfer
    assert transfer is not None
    return Leg(
        role=LegRole.CALLED,
        extension=transfer.extension,
        user_key="",
        rang_at=call.at(transfer.rang_after),
        answered_at=call.at(transfer.answered_after),
        ended_at=call.at(call.ended_after),
        status=CallStatus.ANSWERED,
        talk_seconds=call.ended_after - transfer.answered_after,
        is_transfer=True,
    )


def _responsible(legs: tuple[Leg, ...]) -> int | None:
    """Who talked longest; of a call that nobody is known to have answered, the called phone that rang last."""
    if not legs:
        return None
    talks = [leg.talk_seconds or 0 for leg in legs]
    if any(leg.answered_at for leg in legs):
        return talks.index(max(talks))
    return len(legs) - 1
